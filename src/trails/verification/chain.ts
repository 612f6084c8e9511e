/** The digests of one trail in one Region, in the order of their ends: each is judged by itself, then by the one before it. */
import type { KeyObject } from 'node:crypto';
import { type FoundDigest, isSignedBy, readDigest } from './digest.ts';
import { digestNameOf, baseName } from './names.ts';
import type { PublicKeys } from './public-keys.ts';
import type { AccountFolder, Defect, FolderOrigin, Gap, TrailName } from './types.ts';

export interface ChainContext {
  readonly keys: PublicKeys;
  /** Signatures that somebody has told besides, for digests that have none of their own. */
  readonly signatures: readonly string[];
  /** Digests that end before are not looked for. */
  readonly fromMs: number;
  readonly originOf: (folder: AccountFolder) => FolderOrigin | undefined;
  /** A digest whose signature holds tells where the folder was copied from. */
  readonly learnOrigin: (folder: AccountFolder, origin: FolderOrigin) => void;
  readonly isThere: (bucket: string, key: string) => Promise<boolean>;
  readonly invalid: (place: string, defect: Defect, reason: string) => void | Promise<void>;
  readonly gap: (gap: Omit<Gap, 'trail' | 'region'>) => void | Promise<void>;
  /** The digest is valid. */
  readonly valid: (digest: FoundDigest) => Promise<void>;
}

interface Candidate {
  readonly folder: AccountFolder;
  readonly path: string;
  readonly digest: FoundDigest;
}

export class TrailChain {
  readonly #context: ChainContext;
  /** Its signature may stand in the next one. */
  #held: Candidate | undefined;
  /** The last valid one, with its signature. */
  #last: { readonly digest: FoundDigest; readonly signatureHex: string } | undefined;
  /** Invalid ones since then, by bucket and key: they are there, at least. */
  readonly #invalid = new Set<string>();

  constructor(context: ChainContext) {
    this.#context = context;
  }

  /** The next digest, as its name tells. */
  async add(folder: AccountFolder, path: string): Promise<void> {
    const object = await folder.read(path);
    const digest = object && (await readDigest(object));
    const { previous } = digest ?? {};
    await this.#judgeHeld(previous?.key === this.#held?.digest.key ? previous?.signatureHex : undefined);
    if (!digest) return this.#refuse(folder, path, 'format', 'invalid format');
    const candidate = { folder, path, digest };
    if (digest.signatureHex !== undefined || object.metadata) return this.#judge(candidate, digest.signatureHex);
    this.#held = candidate;
  }

  /** There are no more. */
  async finish(): Promise<void> {
    await this.#judgeHeld(undefined);
  }

  async #judgeHeld(signatureHex: string | undefined): Promise<void> {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    const key = this.#context.keys.get(held.digest.fingerprint);
    const told = this.#context.signatures.find((one) => key && isSignedBy(held.digest, one, key));
    const signature = signatureHex ?? told;
    if (signature !== undefined) return this.#judge(held, signature);
    await this.#refuse(held.folder, held.path, 'unsigned', 'its signature is not known');
  }

  async #judge({ folder, path, digest }: Candidate, signatureHex: string | undefined): Promise<void> {
    const { keys, originOf, learnOrigin, valid } = this.#context;
    const origin = originOf(folder);
    const isInPlace = origin
      ? digest.bucket === origin.bucket && digest.key === origin.head + path
      : digest.key.endsWith(`/${path}`);
    if (!isInPlace) return this.#refuse(folder, path, 'moved', 'has been moved from its original location');
    const key: KeyObject | undefined = keys.get(digest.fingerprint);
    if (!key) {
      const reason = `public key not found for fingerprint ${digest.fingerprint}`;
      return this.#refuse(folder, path, 'unknown-key', reason);
    }
    if (signatureHex === undefined || !isSignedBy(digest, signatureHex, key)) {
      return this.#refuse(folder, path, 'signature', 'signature verification failed');
    }
    if (!origin) learnOrigin(folder, { bucket: digest.bucket, head: digest.key.slice(0, -path.length) });
    if (!(await this.#follows(digest))) {
      return this.#refuse(folder, path, 'chain', 'does not follow from the digest before it');
    }
    this.#last = { digest, signatureHex };
    this.#invalid.clear();
    await valid(digest);
  }

  /** Whether the digest before it is the one that it names; one that is not there is told of. */
  async #follows({ previous, startMs }: FoundDigest): Promise<boolean> {
    const { fromMs, isThere, invalid, gap } = this.#context;
    const last = this.#last;
    if (!previous) {
      if (last && last.digest.endMs < startMs) await gap({ fromMs: last.digest.endMs, toMs: startMs });
      return true;
    }
    if (last && previous.key === last.digest.key && previous.bucket === last.digest.bucket) {
      return previous.sha256Hex === last.digest.sha256Hex && previous.signatureHex === last.signatureHex;
    }
    const name = digestNameOf(baseName(previous.key));
    if (name && name.endMs < fromMs) return true;
    const { bucket, key } = previous;
    if (this.#invalid.has(`${bucket}/${key}`) || (await isThere(bucket, key))) return true;
    await invalid(`s3://${bucket}/${key}`, 'not-found', 'not found');
    return true;
  }

  async #refuse(folder: AccountFolder, path: string, defect: Defect, reason: string): Promise<void> {
    const origin = this.#context.originOf(folder);
    if (origin) this.#invalid.add(`${origin.bucket}/${origin.head}${path}`);
    await this.#context.invalid(placeOf(folder, path, origin), defect, reason);
  }
}

/** `s3://BUCKET/KEY` where the bucket is known. */
export function placeOf(folder: AccountFolder, path: string, origin: FolderOrigin | undefined): string {
  return origin ? `s3://${origin.bucket}/${origin.head}${path}` : `${folder.label}/${path}`;
}

export function trailKey({ accountId, name, homeRegion }: TrailName, region: string): string {
  return `${accountId}/${region}/${homeRegion}/${name}`;
}
