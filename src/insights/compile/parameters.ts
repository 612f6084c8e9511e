/** Values bound to a statement. The text of a statement is made of constants only; whatever users wrote is here. */
export type ParameterValue = string | number | readonly string[] | readonly number[];

/** ClickHouse types of parameters; `Identifier` names a JSON path. */
export type ParameterType = 'String' | 'Float64' | 'Int64' | 'UInt64' | 'Identifier' | 'Array(String)' | 'Array(Int64)';

export class Parameters {
  readonly #values = new Map<string, ParameterValue>();
  readonly #known = new Map<string, string>();

  /** The placeholder of a value: the same value is bound once. */
  bind(value: ParameterValue, type: ParameterType): string {
    const key = `${type}:${JSON.stringify(value)}`;
    let name = this.#known.get(key);
    if (name === undefined) {
      name = `p${this.#known.size}`;
      this.#known.set(key, name);
      this.#values.set(name, value);
    }
    return `{${name}:${type}}`;
  }

  text(value: string): string {
    return this.bind(value, 'String');
  }

  number(value: number): string {
    return this.bind(value, 'Float64');
  }

  get values(): Readonly<Record<string, ParameterValue>> {
    return Object.fromEntries(this.#values);
  }
}
