export { createModelCatalogue, type ModelCatalogue, type ModelSummary, type ProfileSummary } from './catalogue.ts';
export { type FoundationModel, findFoundationModel, FOUNDATION_MODELS, LOCAL_MODELS, type Modality } from './models.ts';
export { foundationModelArn, profileDestinations, type ProfileDestination } from './profiles.ts';
export {
  inferenceRegionOf,
  isWellKnown,
  modalitiesOf,
  type ModelKind,
  type ModelModalities,
  type ResolvedModel,
  resolveModelId,
  unknownModel,
} from './resolve.ts';
