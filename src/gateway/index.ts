export type { GatewayDependencies, Service } from './deps.ts';
export { Gateway } from './gateway.ts';
export { json } from './internal-answers.ts';
export type { InternalPaths } from './internal-paths.ts';
export type { SignedCall, SignedRoute } from './signed-paths.ts';
export type { ListenerLimits } from './listener.ts';
