/** An account's folder in a bucket, through S3's API. */
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { AccountFolder, FolderOrigin } from '#trails';
import type { ServerAddress } from '../server-options.ts';

interface Names {
  readonly files: string[];
  readonly folders: string[];
}

export function s3ClientOf(address: ServerAddress): S3Client {
  return new S3Client({ ...address, forcePathStyle: true });
}

export function bucketFolder(client: S3Client, origin: FolderOrigin): AccountFolder {
  const { bucket, head } = origin;
  /** Files and folders of a place are asked for one after the other. */
  let latest: { readonly path: string; readonly names: Promise<Names> } | undefined;
  const namesIn = (path: string): Promise<Names> => {
    if (latest?.path !== path) latest = { path, names: list(client, bucket, `${head}${path}/`) };
    return latest.names;
  };
  return {
    label: `s3://${bucket}/${head.replace(/\/$/, '')}`,
    origin,
    folders: async (path) => [...(await namesIn(path)).folders],
    files: async (path) => [...(await namesIn(path)).files],
    read: async (path) => {
      try {
        const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: head + path }));
        return Body && { body: Body as AsyncIterable<Uint8Array>, metadata: Metadata ?? {} };
      } catch (error) {
        if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NoSuchBucket')) return undefined;
        throw error;
      }
    },
  };
}

async function list(client: S3Client, bucket: string, prefix: string): Promise<Names> {
  const names: Names = { files: [], folders: [] };
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix, Delimiter: '/' });
  for await (const { Contents = [], CommonPrefixes = [] } of pages) {
    for (const { Key = '' } of Contents) if (Key !== prefix) names.files.push(Key.slice(prefix.length));
    for (const { Prefix = '' } of CommonPrefixes) names.folders.push(Prefix.slice(prefix.length, -1));
  }
  return names;
}
