/**
 * Verifies trails' files: digests by their signatures and chain, log files by the digests that name them, and the folder of log
 * files by whether each file is named. What `aws cloudtrail validate-logs` checks, offline too, and files that were added.
 * (specs: cloudtrail.md §5.4)
 */
import { type ChainContext, placeOf, TrailChain, trailKey } from './chain.ts';
import type { FoundDigest, LogFileEntry } from './digest.ts';
import { unzip } from './gzip.ts';
import { LogWatch } from './log-watch.ts';
import { digestNameOf, isSameTrail } from './names.ts';
import type { PublicKeys } from './public-keys.ts';
import { ToldTimes } from './told-times.ts';
import type { AccountFolder, FolderOrigin, TrailName, Verification, VerificationListener } from './types.ts';
import { type TimeRange, walk } from './walk.ts';

const DIGESTS = 'CloudTrail-Digest';
/** Digests tell of the time before them: those that end so long after the range are read too, as the AWS CLI does. */
const SPILL_MS = 3_600_000;
/** Days of folders are taken from this much around the range: names of folders are those of ends. */
const MARGIN_MS = 24 * 3_600_000;
const AT_ONCE = 8;

export interface VerifyOptions {
  readonly folders: readonly AccountFolder[];
  /** Keys of a Region's digests. */
  readonly keys: (region: string) => PublicKeys | Promise<PublicKeys>;
  /** Which trails are verified; others' digests are read for the files that they name only. */
  readonly isWanted: (trail: TrailName) => boolean;
  readonly range: TimeRange;
  /** Signatures, in hex, of digests that have none with them. */
  readonly signatures?: readonly string[];
  /** A trail without digests writes to the same folder: files that no digest names may be its. */
  readonly hasOtherWriters?: boolean;
  /** Opens a folder that digests name and that is not among `folders`: a bucket that the trail has had before. */
  readonly open?: (origin: FolderOrigin) => AccountFolder | undefined;
}

export async function verifyTrails(options: VerifyOptions, listener: VerificationListener): Promise<Verification> {
  return new Run(options, listener).run();
}

class Run {
  readonly #options: VerifyOptions;
  readonly #listener: VerificationListener;
  readonly #folders: AccountFolder[];
  readonly #origins = new Map<AccountFolder, FolderOrigin>();
  readonly #told = new Map<string, ToldTimes>();
  readonly #watches = new Map<string, LogWatch>();
  readonly #trails = new Map<string, TrailName>();
  readonly #counts = { digest: { valid: 0, invalid: 0 }, log: { valid: 0, invalid: 0 } };
  #added = 0;
  #found: { fromMs: number; toMs: number } | undefined;

  constructor(options: VerifyOptions, listener: VerificationListener) {
    this.#options = options;
    this.#listener = listener;
    this.#folders = [...options.folders];
    for (const folder of options.folders) if (folder.origin) this.#origins.set(folder, folder.origin);
  }

  async run(): Promise<Verification> {
    // Folders that digests lead to join the list while it is gone through.
    for (const folder of this.#folders) {
      for (const region of await folder.folders(DIGESTS)) await this.#verifyRegion(folder, region);
    }
    let [pending, untold] = [0, 0];
    for (const folder of this.#folders) {
      for (const region of await folder.folders('CloudTrail')) {
        const counts = await this.#watchOf(folder, region).finish();
        pending += counts.pending;
        untold += counts.untold;
      }
    }
    const { digest: digests, log: logs } = this.#counts;
    const trails = [...this.#trails.values()];
    return { trails, digests, logs: { ...logs, added: this.#added, pending, untold }, found: this.#found };
  }

  async #verifyRegion(folder: AccountFolder, region: string): Promise<void> {
    const { range, isWanted } = this.#options;
    const keys = await this.#options.keys(region);
    const chains = new Map<string, TrailChain>();
    const days = { fromMs: range.fromMs - MARGIN_MS, toMs: range.toMs + SPILL_MS + MARGIN_MS };
    for await (const { path, files } of walk(folder, `${DIGESTS}/${region}`, days)) {
      for (const { file, trail } of this.#inOrder(files, region)) {
        const id = trailKey(trail, region);
        const wanted = isWanted(trail);
        if (wanted) this.#trails.set(trailKey(trail, ''), trail);
        const chain = chains.get(id) ?? new TrailChain(this.#contextOf(folder, region, trail, keys, wanted));
        chains.set(id, chain);
        await chain.add(folder, `${path}/${file}`);
      }
    }
    for (const chain of chains.values()) await chain.finish();
  }

  /** The digests of a folder by their ends: several trails may write to it. */
  #inOrder(files: readonly string[], region: string): { file: string; endMs: number; trail: TrailName }[] {
    const { fromMs, toMs } = this.#options.range;
    return files
      .flatMap((file) => {
        const name = digestNameOf(file);
        const isAsked = name?.region === region && name.endMs >= fromMs && name.endMs <= toMs + SPILL_MS;
        return isAsked ? [{ file, endMs: name.endMs, trail: name.trail }] : [];
      })
      .sort((a, b) => a.endMs - b.endMs);
  }

  #contextOf(folder: AccountFolder, region: string, trail: TrailName, keys: PublicKeys, wanted: boolean): ChainContext {
    return {
      keys,
      signatures: this.#options.signatures ?? [],
      fromMs: this.#options.range.fromMs,
      originOf: (of) => this.#origins.get(of),
      learnOrigin: (of, origin) => void this.#origins.set(of, origin),
      isThere: async (bucket, key) => {
        const place = this.#placeOf(bucket, key);
        return (await place?.folder.read(place.path)) !== undefined;
      },
      invalid: async (place, defect, reason) => {
        if (!wanted) return;
        this.#counts.digest.invalid += 1;
        await this.#listener.invalid({ what: 'digest', place, defect, reason });
      },
      gap: async (gap) => {
        if (wanted) await this.#listener.gap({ ...gap, trail, region });
      },
      valid: async (digest) => {
        if (wanted) await this.#verifyDigest(folder, region, digest);
        for (const { bucket, key } of digest.logFiles) this.#named(bucket, key);
        await this.#watchOf(folder, region).advance(digest.endMs);
      },
    };
  }

  async #verifyDigest(folder: AccountFolder, region: string, digest: FoundDigest): Promise<void> {
    const { fromMs, toMs } = this.#options.range;
    this.#counts.digest.valid += 1;
    await this.#listener.valid('digest', `s3://${digest.bucket}/${digest.key}`);
    this.#toldOf(folder, region).add(digest.startMs, digest.endMs);
    const span = { fromMs: Math.max(fromMs, digest.startMs), toMs: Math.min(toMs, digest.endMs) };
    this.#found = this.#found
      ? { fromMs: Math.min(this.#found.fromMs, span.fromMs), toMs: Math.max(this.#found.toMs, span.toMs) }
      : span;
    for (let at = 0; at < digest.logFiles.length; at += AT_ONCE) {
      const files = digest.logFiles.slice(at, at + AT_ONCE);
      const defects = await Promise.all(files.map((file) => this.#defectOf(file)));
      for (const [index, { bucket, key }] of files.entries()) {
        const place = `s3://${bucket}/${key}`;
        const found = defects[index];
        if (found === undefined) {
          this.#counts.log.valid += 1;
          await this.#listener.valid('log', place);
        } else {
          this.#counts.log.invalid += 1;
          await this.#listener.invalid({ what: 'log', place, ...found });
        }
      }
    }
  }

  async #defectOf({ bucket, key, sha256Hex }: LogFileEntry): Promise<Defective | undefined> {
    const place = this.#placeOf(bucket, key);
    const object = await place?.folder.read(place.path);
    if (!object) return { defect: 'not-found', reason: 'not found' };
    const unzipped = await unzip(object.body);
    if (!unzipped) return { defect: 'format', reason: 'invalid format' };
    if (unzipped.sha256Hex === sha256Hex) return undefined;
    return { defect: 'hash', reason: "hash value doesn't match" };
  }

  #named(bucket: string, key: string): void {
    const place = this.#placeOf(bucket, key);
    const [, region] = /^CloudTrail\/([^/]+)\//.exec(place?.path ?? '') ?? [];
    if (place && region !== undefined) this.#watchOf(place.folder, region).named(place.path);
  }

  /** The folder that holds an object, and its path there. */
  #placeOf(bucket: string, key: string): { folder: AccountFolder; path: string } | undefined {
    for (const folder of this.#folders) {
      const origin = this.#origins.get(folder);
      if (origin?.bucket === bucket && key.startsWith(origin.head))
        return { folder, path: key.slice(origin.head.length) };
    }
    const [, head, path = ''] = /^(.*?)(CloudTrail(?:-Digest)?\/.*)$/.exec(key) ?? [];
    const opened = head === undefined ? undefined : this.#options.open?.({ bucket, head });
    if (!opened) return undefined;
    this.#folders.push(opened);
    if (opened.origin) this.#origins.set(opened, opened.origin);
    return { folder: opened, path };
  }

  #toldOf(folder: AccountFolder, region: string): ToldTimes {
    const id = `${this.#folders.indexOf(folder)}/${region}`;
    const told = this.#told.get(id) ?? new ToldTimes();
    this.#told.set(id, told);
    return told;
  }

  #watchOf(folder: AccountFolder, region: string): LogWatch {
    const id = `${this.#folders.indexOf(folder)}/${region}`;
    const known = this.#watches.get(id);
    if (known) return known;
    // What lies beside another trail's files cannot be told to have been added.
    const told = this.#options.hasOtherWriters ? new ToldTimes() : this.#toldOf(folder, region);
    const watch = new LogWatch(folder, region, this.#options.range, told, async (path) => {
      this.#added += 1;
      this.#counts.log.invalid += 1;
      const place = placeOf(folder, path, this.#origins.get(folder));
      await this.#listener.invalid({ what: 'log', place, defect: 'added', reason: 'added: no digest names it' });
    });
    this.#watches.set(id, watch);
    return watch;
  }
}

type Defective = { readonly defect: 'not-found' | 'format' | 'hash'; readonly reason: string };

/** For `isWanted`: the trails that a name or an ARN means; all when nothing is said. */
export function trailFilter(nameOrArn: string | undefined): (trail: TrailName) => boolean {
  if (nameOrArn === undefined) return () => true;
  const [, homeRegion, accountId, name] = /^arn:[^:]+:cloudtrail:([^:]+):(\d{12}):trail\/(.+)$/.exec(nameOrArn) ?? [];
  if (homeRegion === undefined || accountId === undefined || name === undefined)
    return (trail) => trail.name === nameOrArn;
  return (trail) => isSameTrail(trail, { homeRegion, accountId, name });
}
