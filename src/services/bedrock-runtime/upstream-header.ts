/** Says that the built-in model answered for a model that is not its own (contract.md, Models). */
export const UPSTREAM_HEADER = 'x-varve-upstream';

/** The model ids that are somebody else's and that the built-in model may answer for. */
export interface WellKnownModels {
  has(modelId: string): boolean;
}
