import type { AuditTable } from '#audit';
import type { BedrockOperation } from '#wire';
import { changes, reads, under } from '../audit-rows.ts';

const PAGE = ['maxResults', 'nextToken'];
const SORTED_PAGE = [...PAGE, 'sortBy', 'sortOrder'];
const CREATED = ['creationTimeAfter', 'creationTimeBefore'];
const JOBS = [...SORTED_PAGE, ...CREATED, 'statusEquals', 'nameContains'];
const MODELS = [...SORTED_PAGE, ...CREATED, 'nameContains'];
const TOKEN = 'clientRequestToken';
const TAGS = ['tags.key', 'tags.value'];
const ENDPOINT = under('marketplaceModelEndpoint', [
  'endpointArn',
  'modelSourceIdentifier',
  'status',
  'endpointStatus',
]);

/**
 * What CloudTrail tells of Amazon Bedrock: an allow-list. Identifiers, ARNs and settings are told; what people write is not,
 * or HIDDEN (`!`) where AWS says that it was there.
 * (Sources: real events; Bedrock User Guide, "Monitor Amazon Bedrock API calls using CloudTrail"; spec: cloudtrail.md §1.3.)
 */
export const bedrockAudit: AuditTable<BedrockOperation> = {
  eventSource: 'bedrock.amazonaws.com',
  times: 'iso',
  operations: {
    // Logging of invocations
    PutModelInvocationLoggingConfiguration: changes(['loggingConfig']),
    GetModelInvocationLoggingConfiguration: reads('none'),
    DeleteModelInvocationLoggingConfiguration: changes('none'),
    PutAccountDataRetention: changes(['mode'], ['mode', 'updatedAt']),
    GetAccountDataRetention: reads('none'),

    // Access to models
    ListFoundationModels: reads(['byProvider', 'byCustomizationType', 'byOutputModality', 'byInferenceType']),
    GetFoundationModel: reads(['modelIdentifier']),
    GetFoundationModelAvailability: reads(['modelId']),
    ListFoundationModelAgreementOffers: reads(['modelId', 'offerType']),
    CreateFoundationModelAgreement: changes(['modelId'], ['modelId']),
    DeleteFoundationModelAgreement: changes(['modelId']),
    PutUseCaseForModelAccess: changes('none'),
    GetUseCaseForModelAccess: reads('none'),
    PutResourcePolicy: changes(['resourceArn', 'resourcePolicy'], ['resourceArn']),
    GetResourcePolicy: reads(['resourceArn']),
    DeleteResourcePolicy: changes(['resourceArn']),

    // Guardrails
    CreateGuardrail: changes(
      ['name!', 'kmsKeyId', TOKEN, ...TAGS],
      ['guardrailArn', 'guardrailId', 'createdAt', 'version'],
    ),
    CreateGuardrailVersion: changes(['guardrailIdentifier', 'description!', TOKEN], ['guardrailId', 'version']),
    UpdateGuardrail: changes(
      ['guardrailIdentifier', 'name!', 'kmsKeyId'],
      ['guardrailArn', 'guardrailId', 'updatedAt', 'version'],
    ),
    DeleteGuardrail: changes(['guardrailIdentifier', 'guardrailVersion']),
    GetGuardrail: reads(['guardrailIdentifier', 'guardrailVersion']),
    ListGuardrails: reads(['guardrailIdentifier', ...PAGE]),
    PutEnforcedGuardrailConfiguration: changes(
      ['configId', 'guardrailInferenceConfig'],
      ['configId', 'updatedAt', 'updatedBy'],
    ),
    DeleteEnforcedGuardrailConfiguration: changes(['configId']),
    ListEnforcedGuardrailsConfiguration: reads(['nextToken']),

    // Automated reasoning
    CreateAutomatedReasoningPolicy: changes(
      ['name!', 'kmsKeyId', TOKEN, ...TAGS],
      ['policyArn', 'version', 'name!', 'definitionHash', 'createdAt', 'updatedAt'],
    ),
    CreateAutomatedReasoningPolicyVersion: changes(
      ['policyArn', 'lastUpdatedDefinitionHash', TOKEN, ...TAGS],
      ['policyArn', 'version', 'name!', 'definitionHash', 'createdAt'],
    ),
    UpdateAutomatedReasoningPolicy: changes(
      ['policyArn', 'name!'],
      ['policyArn', 'name!', 'definitionHash', 'updatedAt'],
    ),
    DeleteAutomatedReasoningPolicy: changes(['policyArn', 'force']),
    GetAutomatedReasoningPolicy: reads(['policyArn']),
    ListAutomatedReasoningPolicies: reads(['policyArn', ...PAGE]),
    ExportAutomatedReasoningPolicyVersion: reads(['policyArn']),
    StartAutomatedReasoningPolicyBuildWorkflow: changes(
      ['policyArn', 'buildWorkflowType', TOKEN],
      ['policyArn', 'buildWorkflowId'],
    ),
    CancelAutomatedReasoningPolicyBuildWorkflow: changes(['policyArn', 'buildWorkflowId']),
    DeleteAutomatedReasoningPolicyBuildWorkflow: changes(['policyArn', 'buildWorkflowId', 'lastUpdatedAt']),
    GetAutomatedReasoningPolicyBuildWorkflow: reads(['policyArn', 'buildWorkflowId']),
    GetAutomatedReasoningPolicyBuildWorkflowResultAssets: reads([
      'policyArn',
      'buildWorkflowId',
      'assetType',
      'assetId',
    ]),
    ListAutomatedReasoningPolicyBuildWorkflows: reads(['policyArn', ...PAGE]),
    GetAutomatedReasoningPolicyAnnotations: reads(['policyArn', 'buildWorkflowId']),
    UpdateAutomatedReasoningPolicyAnnotations: changes(
      ['policyArn', 'buildWorkflowId', 'lastUpdatedAnnotationSetHash'],
      ['policyArn', 'buildWorkflowId', 'annotationSetHash', 'updatedAt'],
    ),
    GetAutomatedReasoningPolicyNextScenario: reads(['policyArn', 'buildWorkflowId']),
    CreateAutomatedReasoningPolicyTestCase: changes(
      ['policyArn', 'guardContent!', 'queryContent!', 'expectedAggregatedFindingsResult', 'confidenceThreshold', TOKEN],
      ['policyArn', 'testCaseId'],
    ),
    UpdateAutomatedReasoningPolicyTestCase: changes(
      [
        'policyArn',
        'testCaseId',
        'guardContent!',
        'queryContent!',
        'lastUpdatedAt',
        'expectedAggregatedFindingsResult',
        'confidenceThreshold',
        TOKEN,
      ],
      ['policyArn', 'testCaseId'],
    ),
    DeleteAutomatedReasoningPolicyTestCase: changes(['policyArn', 'testCaseId', 'lastUpdatedAt']),
    GetAutomatedReasoningPolicyTestCase: reads(['policyArn', 'testCaseId']),
    ListAutomatedReasoningPolicyTestCases: reads(['policyArn', ...PAGE]),
    StartAutomatedReasoningPolicyTestWorkflow: changes(
      ['policyArn', 'buildWorkflowId', 'testCaseIds', TOKEN],
      ['policyArn'],
    ),
    GetAutomatedReasoningPolicyTestResult: reads(['policyArn', 'buildWorkflowId', 'testCaseId']),
    ListAutomatedReasoningPolicyTestResults: reads(['policyArn', 'buildWorkflowId', ...PAGE]),

    // Inference profiles and prompt routers
    CreateInferenceProfile: changes(
      ['inferenceProfileName', 'description!', 'modelSource', TOKEN, ...TAGS],
      ['inferenceProfileArn', 'status'],
    ),
    DeleteInferenceProfile: changes(['inferenceProfileIdentifier']),
    GetInferenceProfile: reads(['inferenceProfileIdentifier']),
    ListInferenceProfiles: reads([...PAGE, 'typeEquals']),
    CreatePromptRouter: changes(
      ['promptRouterName', 'description!', 'models', 'routingCriteria', 'fallbackModel', TOKEN, ...TAGS],
      ['promptRouterArn'],
    ),
    DeletePromptRouter: changes(['promptRouterArn']),
    GetPromptRouter: reads(['promptRouterArn']),
    ListPromptRouters: reads([...PAGE, 'type']),

    // Provisioned throughput
    CreateProvisionedModelThroughput: changes(
      ['provisionedModelName', 'modelId', 'modelUnits', 'commitmentDuration', TOKEN, ...TAGS],
      ['provisionedModelArn'],
    ),
    UpdateProvisionedModelThroughput: changes(['provisionedModelId', 'desiredProvisionedModelName', 'desiredModelId']),
    DeleteProvisionedModelThroughput: changes(['provisionedModelId']),
    GetProvisionedModelThroughput: reads(['provisionedModelId']),
    ListProvisionedModelThroughputs: reads([...JOBS, 'modelArnEquals']),

    // Models of one's own
    CreateCustomModel: changes(
      ['modelName', 'modelSourceConfig', 'customModelDataSource', 'modelKmsKeyArn', 'roleArn', 'modelTags', TOKEN],
      ['modelArn'],
    ),
    DeleteCustomModel: changes(['modelIdentifier']),
    GetCustomModel: reads(['modelIdentifier']),
    ListCustomModels: reads([...MODELS, 'baseModelArnEquals', 'foundationModelArnEquals', 'isOwned', 'modelStatus']),
    CreateCustomModelDeployment: changes(
      ['modelDeploymentName', 'modelArn', 'description!', TOKEN, ...TAGS],
      ['customModelDeploymentArn'],
    ),
    UpdateCustomModelDeployment: changes(['modelArn', 'customModelDeploymentIdentifier'], ['customModelDeploymentArn']),
    DeleteCustomModelDeployment: changes(['customModelDeploymentIdentifier']),
    GetCustomModelDeployment: reads(['customModelDeploymentIdentifier']),
    ListCustomModelDeployments: reads([
      ...SORTED_PAGE,
      'createdBefore',
      'createdAfter',
      'nameContains',
      'statusEquals',
      'modelArnEquals',
    ]),
    DeleteImportedModel: changes(['modelIdentifier']),
    GetImportedModel: reads(['modelIdentifier']),
    ListImportedModels: reads(MODELS),

    // Jobs
    CreateModelInvocationJob: changes(
      [
        'jobName',
        'roleArn',
        'modelId',
        'modelInvocationType',
        'inputDataConfig',
        'outputDataConfig',
        'vpcConfig',
        'timeoutDurationInHours',
        TOKEN,
        ...TAGS,
      ],
      ['jobArn'],
    ),
    StopModelInvocationJob: changes(['jobIdentifier']),
    GetModelInvocationJob: reads(['jobIdentifier']),
    ListModelInvocationJobs: reads([
      ...SORTED_PAGE,
      'submitTimeAfter',
      'submitTimeBefore',
      'statusEquals',
      'nameContains',
    ]),
    CreateModelCustomizationJob: changes(
      [
        'jobName',
        'customModelName',
        'roleArn',
        'baseModelIdentifier',
        'customizationType',
        'customModelKmsKeyId',
        'trainingDataConfig.s3Uri',
        'validationDataConfig.validators.s3Uri',
        'outputDataConfig.s3Uri',
        'hyperParameters',
        'vpcConfig',
        'jobTags',
        'customModelTags',
        TOKEN,
      ],
      ['jobArn'],
    ),
    StopModelCustomizationJob: changes(['jobIdentifier']),
    GetModelCustomizationJob: reads(['jobIdentifier']),
    ListModelCustomizationJobs: reads(JOBS),
    CreateModelImportJob: changes(
      [
        'jobName',
        'importedModelName',
        'roleArn',
        'modelDataSource',
        'importedModelKmsKeyId',
        'vpcConfig',
        'jobTags',
        'importedModelTags',
        TOKEN,
      ],
      ['jobArn'],
    ),
    GetModelImportJob: reads(['jobIdentifier']),
    ListModelImportJobs: reads(JOBS),
    CreateModelCopyJob: changes(
      ['sourceModelArn', 'targetModelName', 'modelKmsKeyId', 'targetModelTags', TOKEN],
      ['jobArn'],
    ),
    GetModelCopyJob: reads(['jobArn']),
    ListModelCopyJobs: reads([
      ...SORTED_PAGE,
      ...CREATED,
      'statusEquals',
      'sourceAccountEquals',
      'sourceModelArnEquals',
      'targetModelNameContains',
    ]),
    CreateEvaluationJob: changes(
      [
        'jobName',
        'jobDescription!',
        'roleArn',
        'customerEncryptionKeyId',
        'applicationType',
        'outputDataConfig.s3Uri',
        'jobTags',
        TOKEN,
      ],
      ['jobArn'],
    ),
    StopEvaluationJob: changes(['jobIdentifier!']),
    BatchDeleteEvaluationJob: changes(['jobIdentifiers!']),
    GetEvaluationJob: reads(['jobIdentifier!']),
    ListEvaluationJobs: reads([...JOBS, 'applicationTypeEquals']),
    CreateAdvancedPromptOptimizationJob: changes(
      [
        'jobName',
        'jobDescription!',
        'inputConfig.s3Uri',
        'outputConfig.s3Uri',
        'modelConfigurations.modelId',
        'encryptionKeyArn',
        'clientToken',
        ...TAGS,
      ],
      ['jobArn'],
    ),
    StopAdvancedPromptOptimizationJob: changes(['jobIdentifier']),
    BatchDeleteAdvancedPromptOptimizationJob: changes(
      ['jobIdentifiers'],
      ['errors.jobIdentifier', 'errors.code', 'advancedPromptOptimizationJobs'],
    ),
    GetAdvancedPromptOptimizationJob: reads(['jobIdentifier']),
    ListAdvancedPromptOptimizationJobs: reads(SORTED_PAGE),

    // Marketplace
    CreateMarketplaceModelEndpoint: changes(
      ['modelSourceIdentifier', 'endpointName', 'endpointConfig', 'acceptEula', TOKEN, ...TAGS],
      ENDPOINT,
    ),
    UpdateMarketplaceModelEndpoint: changes(['endpointArn', 'endpointConfig', TOKEN], ENDPOINT),
    DeleteMarketplaceModelEndpoint: changes(['endpointArn']),
    RegisterMarketplaceModelEndpoint: changes(['endpointIdentifier', 'modelSourceIdentifier'], ENDPOINT),
    DeregisterMarketplaceModelEndpoint: changes(['endpointArn']),
    GetMarketplaceModelEndpoint: reads(['endpointArn']),
    ListMarketplaceModelEndpoints: reads([...PAGE, 'modelSourceEquals']),

    // Tags
    TagResource: changes(['resourceARN', ...TAGS]),
    UntagResource: changes(['resourceARN', 'tagKeys']),
    ListTagsForResource: reads(['resourceARN']),
  },
};
