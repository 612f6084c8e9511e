export type { Attachments, HolderKind, PolicyUsage } from './attachments.ts';
export {
  Directory,
  GROUPS_MAX,
  MANAGED_POLICIES_MAX,
  OIDC_PROVIDERS_MAX,
  ROLES_MAX,
  TAGS_MAX,
  USERS_MAX,
} from './directory.ts';
export * from './entities.ts';
export { DirectoryRefusal, type RefusalReason, Registry } from './registry.ts';
