import type { AttachedPolicy } from '../authorization/types.ts';

/** A policy that AWS itself keeps, `arn:aws:iam::aws:policy/…`; undefined for those Varve does not know. */
export function awsManagedPolicy(_arn: string): AttachedPolicy | undefined {
  return undefined;
}
