/** Export tasks as they are kept: in memory, every change durable first. Table `log_export_tasks`, see ../schema.ts. */
import type { State } from '#state';
import type { Scope } from '../types.ts';
import { START } from './run.ts';
import type { ExportProgress, ExportStatus, ExportTask } from './types.ts';

/** Tasks of an account in a Region that are told of: past it the oldest that have ended are forgotten. */
export const TASKS_KEPT = 1_000;

const ACTIVE: ReadonlySet<ExportStatus> = new Set(['PENDING', 'RUNNING', 'PENDING_CANCEL']);

export function isActive({ status }: ExportTask): boolean {
  return ACTIVE.has(status);
}

type TaskChange = Partial<Pick<ExportTask, 'status' | 'message' | 'completedMs'>>;

export class ExportRegistry {
  readonly #state: State;
  /** Changes come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** By id, in the order in which they were made. */
  readonly #tasks = new Map<string, ExportTask>();

  private constructor(state: State) {
    this.#state = state;
  }

  static async open(state: State): Promise<ExportRegistry> {
    const registry = new ExportRegistry(state);
    for (const row of await state.all('SELECT task FROM log_export_tasks ORDER BY number')) {
      const task = JSON.parse(String(row['task'])) as ExportTask;
      registry.#tasks.set(task.id, task);
    }
    return registry;
  }

  find({ accountId, region }: Scope, id: string): ExportTask | undefined {
    const task = this.#tasks.get(id);
    return task?.accountId === accountId && task.region === region ? task : undefined;
  }

  byId(id: string): ExportTask | undefined {
    return this.#tasks.get(id);
  }

  /** The newest first. */
  list({ accountId, region }: Scope): readonly ExportTask[] {
    return [...this.#tasks.values()]
      .filter((task) => task.accountId === accountId && task.region === region)
      .toReversed();
  }

  active(): readonly ExportTask[] {
    return [...this.#tasks.values()].filter(isActive);
  }

  /** Keeps a new task, and forgets old ones. */
  async add(task: ExportTask): Promise<void> {
    const old = this.list(task)
      .slice(TASKS_KEPT - 1)
      .filter((one) => !isActive(one));
    await this.#state.transaction([
      {
        sql: 'INSERT INTO log_export_tasks (id, task, progress) VALUES (?, ?, ?)',
        parameters: [task.id, JSON.stringify(task), JSON.stringify(START)],
      },
      ...old.map(({ id }) => ({ sql: 'DELETE FROM log_export_tasks WHERE id = ?', parameters: [id] })),
    ]);
    this.#tasks.set(task.id, task);
    for (const { id } of old) this.#tasks.delete(id);
  }

  /**
   * Changes a task to what `decide` makes of it as it stands then: a task may be cancelled while it ends.
   * @returns whether it was changed; `decide` gives undefined for what is to stay
   */
  change(id: string, decide: (task: ExportTask) => TaskChange | undefined): Promise<boolean> {
    const turn = this.#turn.then(async () => {
      const task = this.#tasks.get(id);
      const change = task && decide(task);
      if (!change) return false;
      const changed = { ...task, ...change };
      await this.#state.transaction([
        { sql: 'UPDATE log_export_tasks SET task = ? WHERE id = ?', parameters: [JSON.stringify(changed), id] },
      ]);
      this.#tasks.set(id, changed);
      return true;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async progress(id: string): Promise<ExportProgress> {
    const [row] = await this.#state.all('SELECT progress FROM log_export_tasks WHERE id = ?', [id]);
    return row ? (JSON.parse(String(row['progress'])) as ExportProgress) : START;
  }

  async keepProgress(id: string, progress: ExportProgress): Promise<void> {
    await this.#state.transaction([
      { sql: 'UPDATE log_export_tasks SET progress = ? WHERE id = ?', parameters: [JSON.stringify(progress), id] },
    ]);
  }
}
