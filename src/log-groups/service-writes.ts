/** Log events that a service delivers: under the permissions of the role it takes, each batch once. */
import type { LogEvent } from '#records';
import type { Deliveries } from './deliveries.ts';
import type { GroupRegistry } from './group-registry.ts';
import type { StreamRegistry } from './stream-registry.ts';
import { type LogGroup, LogWriteRefused, type RoleAllows, type ServiceWriter, streamArn } from './types.ts';

/** Where a service's log events go. */
export interface DeliveryTarget extends ServiceWriter {
  readonly groupGeneration: string;
  readonly streamName: string;
}

export interface ServiceWriteParts {
  readonly groups: GroupRegistry;
  readonly streams: StreamRegistry;
  readonly deliveries: Deliveries;
  readonly roleAllows: RoleAllows;
  readonly createStream: (group: LogGroup, streamName: string) => Promise<void>;
}

export class ServiceWrites {
  readonly #parts: ServiceWriteParts;

  constructor(parts: ServiceWriteParts) {
    this.#parts = parts;
  }

  /** See `LogGroups.putAsRole`. */
  async put(target: DeliveryTarget, events: readonly LogEvent[], deliveryKey: string): Promise<void> {
    const { groupGeneration, streamName } = target;
    const { groups, streams, deliveries } = this.#parts;
    const group = groups.byGeneration(groupGeneration);
    if (!group) throw new LogWriteRefused('gone', 'The specified log group does not exist.');
    const resource = streamArn(group, group.name, streamName);
    await this.#check(target, 'logs:PutLogEvents', resource);
    if (!(await streams.exists(groupGeneration, streamName))) {
      await this.#check(target, 'logs:CreateLogStream', resource);
      await this.#makeStream(group, streamName);
    }
    await deliveries.append({ group, streamName, events, deliveryKey });
  }

  async #check({ roleArn, ...target }: DeliveryTarget, action: string, resource: string): Promise<void> {
    const { servicePrincipal, sourceAccount, sourceArn } = target;
    const request = { servicePrincipal, sourceAccount, sourceArn };
    if (await this.#parts.roleAllows(roleArn, request, [action], resource)) return;
    const why = `${roleArn} does not let ${servicePrincipal} perform ${action} on ${resource}`;
    throw new LogWriteRefused('denied', why);
  }

  async #makeStream(group: LogGroup, streamName: string): Promise<void> {
    try {
      await this.#parts.createStream(group, streamName);
    } catch (error) {
      // Somebody else made it meanwhile.
      if (!(await this.#parts.streams.exists(group.generation, streamName))) throw error;
    }
  }
}
