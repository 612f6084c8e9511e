/** The configured upstreams and who answers for which model. */
import { parseDurationMs, type Clock, type IdSource } from '#base';
import type { BedrockUpstreamConfig, Config } from '#config';
import type { Spool } from '#journal';
import {
  chooseForwarder,
  createBedrockUpstream,
  createChooser,
  createLocalUpstream,
  type Forwarder,
  LOCAL_UPSTREAM,
  type Upstream,
  type UpstreamChooser,
} from '#upstreams';

export interface Upstreams {
  readonly choose: UpstreamChooser;
  /** Who takes what Varve hands on as it is; undefined: nobody. */
  readonly forwarder: Forwarder | undefined;
  close(): Promise<void>;
}

export function openUpstreams(config: Config, spool: Spool, clock: Clock, ids: IdSource): Upstreams {
  const upstreams = new Map<string, Upstream>([[LOCAL_UPSTREAM, createLocalUpstream({ clock, ids, spool })]]);
  const forwarders = new Map<string, Forwarder>();
  for (const [name, settings] of Object.entries(config.upstreams)) {
    if (settings.kind !== 'bedrock') continue;
    const upstream = bedrockUpstream(name, settings, spool, clock);
    upstreams.set(name, upstream);
    forwarders.set(name, upstream);
  }
  const rules = config.models;
  return {
    choose: createChooser(rules, upstreams, { localModels: config.localModels }),
    forwarder: chooseForwarder(config.forwarding.upstream, forwarders),
    close: async () => {
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
    },
  };
}

function bedrockUpstream(
  name: string,
  settings: BedrockUpstreamConfig,
  spool: Spool,
  clock: Clock,
): Upstream & Forwarder {
  const { credentials } = settings;
  return createBedrockUpstream({
    name,
    endpoint: settings.endpoint,
    region: settings.region,
    credentials: credentials
      ? {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey,
          ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
        }
      : 'default',
    timeouts: {
      connectMs: parseDurationMs(settings.connectTimeout),
      firstByteMs: parseDurationMs(settings.firstByteTimeout),
      idleMs: parseDurationMs(settings.idleTimeout),
      totalMs: parseDurationMs(settings.totalTimeout),
    },
    maxConnections: settings.maxConnections,
    spool,
    clock,
  });
}
