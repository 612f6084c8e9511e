import type { Evaluation, EvaluationRequest } from '#identity';
import type { BucketHandle } from '#objects';

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What users can set of a bucket; absent is AWS's "not configured". */
export interface BucketSettings {
  /** The policy's JSON text as it was put. */
  readonly policy?: string;
  readonly ownership?: ObjectOwnership;
  readonly publicAccessBlock?: PublicAccessBlock;
  /** Server-side encryption is always AES256 until there is KMS; only the bucket-key switch is the user's. */
  readonly encryption: { readonly bucketKeyEnabled: boolean };
  /** Absent: never touched. Versioning cannot be enabled. */
  readonly versioning?: 'Suspended';
  readonly tags?: readonly Tag[];
}

export interface Bucket extends BucketHandle {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  readonly createdMs: number;
  readonly settings: BucketSettings;
  /** ACLs take effect unless the bucket owner owns every object (`BucketOwnerEnforced`). */
  readonly aclsEnabled: boolean;
}

/** Why a bucket could not be made, changed, deleted or written to. */
export class BucketError extends Error {
  override readonly name = 'BucketError';
  readonly reason: 'exists' | 'gone' | 'not-empty' | 'denied' | 'too-many';

  constructor(reason: BucketError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Who asks for what, for the bucket policy. */
export type AccessRequest = Pick<EvaluationRequest, 'principal' | 'action' | 'resource' | 'context'>;

export type PolicyDecision = Evaluation['decision'];

/** A request that an AWS service makes in its own name. */
export interface ServiceRequest {
  /** Such as `bedrock.amazonaws.com`. */
  readonly servicePrincipal: string;
  readonly sourceAccount: string;
  readonly sourceArn: string;
}
