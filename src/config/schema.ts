/**
 * The configuration file's strict schema; its descriptions become docs/reference/configuration.md.
 * Precedence (contract.md, Environment): flag over environment over file over default.
 */
import { z } from 'zod';
import { parseDurationMs } from '#base';

const duration = (fallback: string) =>
  z
    .string()
    .refine((text) => {
      try {
        parseDurationMs(text);
        return true;
      } catch {
        return false;
      }
    }, 'write a duration like 500ms, 2s, 5m or 1h')
    .default(fallback);

const bytes = (fallback: number) => z.int().positive().default(fallback);
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const accountId = z.string().regex(/^\d{12}$/, 'an account id is 12 digits (quote it in YAML)');

const account = z.strictObject({
  id: accountId.describe('The account: 12 digits, quoted.'),
  rootAccessKeyId: z
    .string()
    .regex(/^[A-Z0-9]{16,128}$/, '16 to 128 capital letters and digits')
    .optional()
    .describe("The root access key's id; made and kept in the data directory when absent."),
  rootSecretAccessKey: z.string().min(16).optional().describe("The root access key's secret."),
});

const bedrockUpstream = z.strictObject({
  kind: z.literal('bedrock'),
  endpoint: z
    .url()
    .optional()
    .describe(
      "Any Bedrock-compatible endpoint, another Varve's included; default: AWS's endpoint of the call's region.",
    ),
  region: z.string().optional().describe('The region to sign for; default: the region of the call.'),
  credentials: z
    .strictObject({
      accessKeyId: z.string(),
      secretAccessKey: z.string(),
      sessionToken: z.string().optional(),
    })
    .optional()
    .describe("The server's own credentials; default: AWS's credential chain."),
  connectTimeout: duration('5s').describe('How long a connection to the upstream may take to be made.'),
  firstByteTimeout: duration('120s').describe('How long the upstream may take to begin its answer.'),
  idleTimeout: duration('120s').describe('How long a stream may be silent.'),
  totalTimeout: duration('3600s').describe('How long one call may take in all.'),
  maxConnections: z.int().positive().default(256).describe('Connections to this upstream at most.'),
});
const localUpstream = z.strictObject({ kind: z.literal('local') });

export const configSchema = z.strictObject({
  listen: z
    .string()
    .default('127.0.0.1:4650')
    .describe('HOST:PORT to listen on. Anything but loopback opens Varve to the network.'),
  data: z.string().default('./varve-data').describe('The data directory (mode 0700).'),
  region: z.string().default('us-east-1').describe('The region where a request names none.'),
  regions: z
    .array(z.string().regex(/^[a-z]{2,8}(?:-[a-z]+)+-\d{1,2}$/, 'a Region is named like eu-west-1'))
    .max(20)
    .default([])
    .describe("Regions that requests may be signed for besides AWS's of November 2026 and `region`: newer ones."),
  accounts: z
    .array(account)
    .min(1)
    .default([{ id: '123456789012' }])
    .describe('The accounts of this server; the first is the default, unless VARVE_ACCOUNT_ID names another.'),
  serverKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The file with the key that seals secrets and temporary credentials: 32 bytes in base64, mode 0600; made when it is not there. Default: `server.key` in the data directory.',
    ),
  authorization: z
    .enum(['enforce', 'off'])
    .default('enforce')
    .describe('`off` lets every caller with a valid key do everything in its account; for test suites only.'),
  localModels: z
    .boolean()
    .default(false)
    .describe('Whether the built-in model answers for every well-known model id (for tests; never for an audit).'),
  allowReset: z.boolean().default(false).describe('Whether POST /_varve/reset may clear all state (for test suites).'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('What is logged: this level and those above it.'),
  hosts: z
    .array(z.string())
    .default([])
    .describe('Host names, besides loopback ones, at which unsigned paths (health, metrics, console) answer.'),
  metricsToken: z.string().min(16).optional().describe('Bearer token that /_varve/metrics needs off loopback.'),
  upstreams: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.discriminatedUnion('kind', [bedrockUpstream, localUpstream]))
    .default({})
    .describe('Who can answer model calls, by name. `local` is always there.'),
  models: z
    .array(
      z.strictObject({
        models: z.array(z.string()).min(1).describe('Model ids, with * for any characters.'),
        upstream: z.string().describe('The name of an upstream.'),
      }),
    )
    .default([])
    .describe('Which upstream answers for which model id; the first rule that fits counts.'),
  forwarding: z
    .strictObject({
      upstream: z
        .string()
        .optional()
        .describe(
          'The `bedrock` upstream that gets the calls Varve hands on as they are: agents, flows, knowledge bases, sessions, guardrails, asynchronous invocations; default: the first one.',
        ),
    })
    .prefault({}),
  journal: z
    .strictObject({
      durability: z
        .enum(['fsync', 'os'])
        .default('fsync')
        .describe('`fsync`: a record survives a power cut. `os`: it survives the death of the process.'),
      onFailure: z
        .enum(['refuse', 'serve'])
        .default('refuse')
        .describe(
          'When the journal cannot be written: refuse calls, or serve them and write a counted gap marker later.',
        ),
      segmentBytes: bytes(64 * MIB).describe('Size of a segment file.'),
      sizeBytesMax: bytes(20 * GIB).describe('What journal and spilled bodies may take on disk in all.'),
      freeBytesMin: bytes(256 * MIB).describe('Disk space that is left free for others.'),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      interval: duration('60s').describe('How long a log batch waits for more.'),
      heldBytesMax: bytes(10 * GIB).describe('Journal bytes held for a destination that does not take them.'),
      heldAgeMax: duration('168h').describe('How long records are held for a destination that does not take them.'),
      parkedRetry: duration('60s').describe('How often a destination that denies or is gone is tried again.'),
    })
    .prefault({}),
  trails: z
    .strictObject({
      interval: duration('5m').describe("How long a trail's log file waits for more events."),
      digestInterval: duration('1h').describe('The time that one digest file of a trail tells of; whole seconds.'),
      keyRotation: duration('0s').describe(
        'A key that signs digests is replaced when it is so old; 0s: only when somebody asks (`POST /_varve/trails/rotate-key`).',
      ),
      lookupPerSecond: z
        .int()
        .nonnegative()
        .default(2)
        .describe('LookupEvents calls an account and Region may make in a second, as in AWS; 0: any number.'),
      silenceAlarm: duration('0s').describe(
        'A trail that logs and has delivered nothing for so long raises an alarm; 0s: never.',
      ),
    })
    .prefault({}),
  store: z
    .strictObject({
      url: z.string().optional().describe("A ClickHouse server's or cluster's URL; absent: the embedded engine."),
      memoryBytesMax: bytes(1536 * MIB).describe("The embedded engine's memory cap."),
      interval: duration('2s').describe(
        'How long rows wait for more before they are inserted; a read that needs them does not wait for that.',
      ),
    })
    .prefault({}),
  objects: z
    .strictObject({
      driver: z.enum(['disk', 's3']).default('disk').describe('Where objects live.'),
      endpoint: z.url().optional().describe('For `s3`: an S3-compatible server.'),
      region: z.string().default('us-east-1').describe('For `s3`: the region to sign for.'),
      credentials: z
        .strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() })
        .optional()
        .describe("For `s3`: the key; default: AWS's credential chain."),
      pathStyle: z.boolean().default(false).describe('For `s3`: address buckets by path.'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      connectionsMax: z
        .int()
        .positive()
        .default(20_000)
        .describe('Client connections at most; further ones are closed.'),
      bodyMemoryBytes: bytes(64 * MIB).describe(
        'Memory for request bodies that must be parsed whole, all calls together.',
      ),
      requestTimeout: duration('300s').describe('How long a client may take to send a request.'),
      idleTimeout: duration('75s').describe('How long a connection may be silent between requests.'),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
export type BedrockUpstreamConfig = z.output<typeof bedrockUpstream>;
