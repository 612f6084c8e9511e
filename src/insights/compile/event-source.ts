/**
 * The first stage: events of log groups in a time range, with just the columns that the query reads.
 *
 * A discovered field is read from the derived column `attrs`, which holds scalars of moderate length. What an event has
 * besides those (long texts, lists, maps, names with dots) stands in the column `others` by path; only where a path that
 * the query asks for stands there is the message itself parsed. `others` paths are joined by U+0001.
 */
import type { Parameters } from './parameters.ts';
import { type Typed, typed } from './typed.ts';

/** Where events are read from. The text is the store's own (no user text), its parameters are bound beside. */
export interface EventSource {
  /**
   * A FROM clause with its WHERE, no subquery (whose columns the engine would read whole, where a part is asked for): rows
   * with ts, ingestion (DateTime64(3)), account, region, generation, stream, message, completion, node, sequence, position, attrs, others.
   */
  readonly sql: string;
  /** An expression over these rows: the log group's name. */
  readonly logGroup: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  /**
   * All paths in `others` of these events, as the engine told before the compilation. `*`: some events say nothing of what
   * they have besides `attrs`.
   */
  readonly others: readonly string[];
  /** Words of ASCII letters and digits in the texts of these events' fields stand in their messages as they are. */
  readonly verbatim?: boolean;
}

export const PATH_SEPARATOR = '\u0001';

/** The column of an event's own text, which has a text index. */
export const MESSAGE = 'message';

/**
 * `@completion`, Varve's own: what a model wrote, where the event is an invocation log record. Beside the message, where the chunks
 * of a stream divide words. The store's column has a text index; events from before it was there hold {@link UNKNOWN}, and
 * a query that meets one fails.
 */
export const COMPLETION = 'completed';
const COMPLETION_COLUMN = 'completion';
/** As `src/store/tables/log-events.ts` has it; for the text index it is one word. */
const UNKNOWN_WORD = 'unknowncompletion';
const UNKNOWN = `'\\x01${UNKNOWN_WORD}'`;

/** The store's columns with a text index, by the columns of the first stage that are made of them. */
export const INDEXED: Readonly<Record<string, { readonly column: string; readonly besides?: string }>> = {
  [MESSAGE]: { column: MESSAGE },
  // What is unknown must not be passed over: it has to be met.
  [COMPLETION]: { column: COMPLETION_COLUMN, besides: `hasAllTokens(${COMPLETION_COLUMN}, '${UNKNOWN_WORD}')` },
};

const SYSTEM_FIELDS: Readonly<Record<string, Typed>> = {
  '@timestamp': typed('ts', 'time'),
  '@ingestionTime': typed('ingestion', 'time'),
  '@message': typed(MESSAGE, 'text'),
  '@completion': typed(COMPLETION, 'text'),
  '@logStream': typed('stream', 'text'),
  '@log': typed('log', 'text'),
  '@ptr': typed('ptr', 'text'),
  '@aws.account': typed('account', 'text'),
  '@aws.region': typed('region', 'text'),
};

/** SQL of the columns in the first stage, from those of the source. */
const SYSTEM_COLUMNS: Readonly<Record<string, string>> = {
  ts: 'ts',
  ingestion: 'ingestion',
  message: 'message',
  [COMPLETION]: `if(throwIf(${COMPLETION_COLUMN} = ${UNKNOWN}) = 0, nullIf(${COMPLETION_COLUMN}, ''), NULL)`,
  stream: 'toString(stream)',
  ptr: "concat(toString(node), '/', toString(sequence), '/', toString(position), '/', toString(toUnixTimestamp64Milli(ts)), '/', toString(generation))",
  account: 'toString(account)',
  region: 'toString(region)',
};
/** Always there: events are ordered by them. */
const ORDER_COLUMNS = ['ts', 'sequence', 'position'] as const;

export class EventFields {
  /** The name of the first stage. */
  readonly base: string;
  readonly #parameters: Parameters;
  readonly #log: string;
  readonly #others: readonly (readonly string[])[];
  readonly #anything: boolean;
  readonly #verbatim: boolean;
  /** Columns of the first stage by what they read. */
  readonly #columns = new Map<string, { readonly alias: string; readonly sql: string }>();

  constructor(base: string, parameters: Parameters, { others, logGroup, verbatim = false }: EventSource) {
    this.base = base;
    this.#parameters = parameters;
    this.#verbatim = verbatim;
    this.#log = `concat(toString(account), ':', ${logGroup})`;
    this.#anything = others.includes('*');
    this.#others = others.filter((path) => path !== '*').map((path) => path.split(PATH_SEPARATOR));
  }

  /** A system field (`@message`) or one discovered in the events (`identity.arn`, `items.0.x`; `@@x` for one that is itself named `@x`). */
  field(name: string): Typed {
    const system = Object.hasOwn(SYSTEM_FIELDS, name) ? SYSTEM_FIELDS[name] : undefined;
    if (system) {
      if (system.sql === COMPLETION) this.#column(COMPLETION_COLUMN, COMPLETION_COLUMN, COMPLETION_COLUMN);
      const sql = system.sql === 'log' ? this.#log : (SYSTEM_COLUMNS[system.sql] ?? system.sql);
      return typed(this.#column(system.sql, sql, system.sql), system.kind);
    }
    const path = name.startsWith('@@') ? name.slice(1) : name;
    const known = this.#columns.get(`field ${path}`);
    if (known) return typed(known.alias, 'any');
    return typed(this.#column(`field ${path}`, this.#discovered(path)), 'any');
  }

  /** The column of the events' own text, if the words of what `value` holds stand there as they are. */
  wordsOf(value: Typed): string | undefined {
    const isDiscovered = this.#verbatim && [...this.#columns].some(isFieldOf(value.sql));
    return isDiscovered ? this.field('@message').sql : undefined;
  }

  /** All scalars of an event, as the text of a JSON object. */
  attributes(): string {
    return this.#column('attributes', 'toString(attrs)', 'attributes');
  }

  /** The first stage's text. */
  stage(source: EventSource): string {
    const columns = new Map(ORDER_COLUMNS.map((name) => [name as string, name as string]));
    for (const { alias, sql } of this.#columns.values()) columns.set(alias, sql);
    const list = [...columns].map(([alias, sql]) => (alias === sql ? alias : `${sql} AS ${alias}`));
    return `${this.base} AS (SELECT ${list.join(', ')} ${source.sql})`;
  }

  #column(key: string, sql: string, alias = `e${this.#columns.size}`): string {
    const known = this.#columns.get(key);
    if (known) return known.alias;
    this.#columns.set(key, { alias, sql });
    return alias;
  }

  #discovered(name: string): string {
    const scalar = `CAST(attrs.${this.#parameters.bind(name, 'Identifier')}, 'Nullable(String)')`;
    const wanted = name.split('.');
    const parsed = this.#waysTo(name, wanted).map((keys) => this.#extracted(keys));
    if (parsed.length === 0) return scalar;
    return `coalesce(${[scalar, ...parsed].join(', ')})`;
  }

  /** The key sequences under which the name may stand in a message, and not in `attrs`. */
  #waysTo(name: string, wanted: readonly string[]): (readonly string[])[] {
    const ways = new Map<string, readonly string[]>();
    const add = (way: readonly string[]): void => void ways.set(way.join(PATH_SEPARATOR), way);
    for (const other of this.#others) {
      const flat = other.join('.');
      if (flat === name) add(other);
      else if (name.startsWith(`${flat}.`)) {
        const below = name.slice(flat.length + 1).split('.');
        if (!isLookedInto(other) || isListStep(below[0])) add([...other, ...below]);
      }
    }
    if (this.#anything) add(wanted);
    return [...ways.values()];
  }

  /** A value by keys from the message: texts without their quotes, lists and maps as JSON text, null as missing. */
  #extracted(keys: readonly string[]): string {
    const steps = keys.map((key) =>
      // JSONExtract counts from 1; a digit may also be a name, but the discovered names of lists are far more common.
      isListStep(key) ? this.#parameters.bind(Number(key) + 1, 'Int64') : this.#parameters.text(key),
    );
    const args = ['message', ...steps].join(', ');
    // One look into the message, which is long; what it gives is short.
    const raw = `JSONExtractRaw(${args})`;
    return `multiIf(startsWith(${raw}, '"'), JSONExtractString(${raw}), ${raw} IN ('null', ''), NULL, ${raw})`;
  }
}

function isFieldOf(alias: string) {
  return ([key, column]: readonly [string, { readonly alias: string }]): boolean =>
    column.alias === alias && key.startsWith('field ');
}

/** As `src/store/attributes.ts` does it: maps from this depth on stay closed. */
const DEPTH_MAX = 8;

/**
 * Whether a map under this path was looked into, when it is one: then what is below stands in `attrs` or in `others` by itself,
 * and only a list under this path has more to tell.
 */
function isLookedInto(path: readonly string[]): boolean {
  return path.length < DEPTH_MAX && !(path.at(-1) ?? '').includes('.');
}

function isListStep(step: string | undefined): boolean {
  return step !== undefined && /^\d{1,6}$/.test(step);
}
