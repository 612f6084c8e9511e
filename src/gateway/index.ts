export type { Denial, GatewayDependencies, Service } from './deps.ts';
export { Gateway } from './gateway.ts';
export type { InternalPaths } from './internal-paths.ts';
export type { ListenerLimits } from './listener.ts';
