export { createLocalUpstream, type LocalUpstreamOptions } from './local-upstream.ts';
