export type { Attachments, HolderKind, PolicyUsage } from './attachments.ts';
export {
  ACCESS_KEYS_PER_USER_MAX,
  API_KEYS_PER_USER_MAX,
  Directory,
  GROUPS_MAX,
  GROUPS_PER_USER_MAX,
  MANAGED_POLICIES_MAX,
  OIDC_PROVIDERS_MAX,
  ROLES_MAX,
  TAGS_MAX,
  USERS_MAX,
} from './directory.ts';
export * from './entities.ts';
export { DirectoryRefusal, type RefusalReason, Registry } from './registry.ts';
