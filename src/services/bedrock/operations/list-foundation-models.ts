import type { ListFoundationModelsCommandInput } from '@aws-sdk/client-bedrock';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html */
export function listFoundationModels({ catalogue }: BedrockDependencies): ImplementedOperation {
  return implement(async (input: ListFoundationModelsCommandInput, { region }) => {
    const { byProvider, byOutputModality, byInferenceType, byCustomizationType } = input;
    const wanted = (all: readonly string[], one: string | undefined): boolean => one === undefined || all.includes(one);
    const modelSummaries = catalogue
      .foundationModels(region)
      .filter(
        (model) =>
          (byProvider === undefined || model.providerName.toLowerCase() === byProvider.toLowerCase()) &&
          wanted(model.outputModalities, byOutputModality) &&
          wanted(model.inferenceTypesSupported, byInferenceType) &&
          wanted(model.customizationsSupported, byCustomizationType),
      );
    return { modelSummaries };
  });
}
