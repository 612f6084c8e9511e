/** One condition on a value; values are strings, numbers, booleans and null. */
export type Condition =
  | { readonly kind: 'equals'; readonly value: string | number | boolean | null }
  | { readonly kind: 'equals-ignore-case'; readonly value: string }
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'suffix'; readonly value: string }
  | { readonly kind: 'anything-but'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'anything-but-prefix'; readonly values: readonly string[] }
  | { readonly kind: 'anything-but-suffix'; readonly values: readonly string[] }
  | { readonly kind: 'numeric'; readonly bounds: readonly Bound[] }
  | { readonly kind: 'exists'; readonly value: boolean };

export interface Bound {
  readonly operator: '=' | '<' | '<=' | '>' | '>=';
  readonly value: number;
}

/** All keys must match; one condition of a key is enough. */
export interface FilterPolicy {
  readonly keys: readonly {
    /** More than one step only in policies on the body. */
    readonly path: readonly string[];
    readonly conditions: readonly Condition[];
  }[];
}
