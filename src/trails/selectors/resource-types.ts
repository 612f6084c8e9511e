/**
 * The resource types of data events that advanced selectors can name, and the form of their ARNs where it is known.
 * (Sources: CloudTrail User Guide, "Logging data events", the table of resource types; Bedrock's and AgentCore's pages:
 * cloudtrail.md §2.) A type that no service here has selects nothing, as in an account that does not use it.
 */

const TYPES: Readonly<Record<string, string>> = {
  AIDevOps: 'AgentSpace Association OperatorAppTeam PipelineMetadata Service',
  AIOps: 'InvestigationGroup',
  AWSExternalAnthropic: 'Workspace',
  AppConfig: 'Configuration',
  AppSync: 'GraphQLApi',
  B2BI: 'Transformer',
  Backup: 'SearchJob',
  Bedrock:
    'AdvancedOptimizePromptJob AgentAlias AsyncInvoke AutomatedReasoningPolicy AutomatedReasoningPolicyVersion Blueprint DataAutomationInvocation DataAutomationProfile DataAutomationProject FlowAlias FlowExecution Guardrail InlineAgent KnowledgeBase Model Prompt PromptVersion Session Tool',
  BedrockAgentCore:
    'ABTest APIKeyCredentialProvider BatchEvaluate Browser BrowserCustom BrowserProfile CapacityProvider CodeInterpreter CodeInterpreterCustom Evaluator Gateway Memory OAuth2CredentialProvider Payments Policy PolicyEngine Recommendation Registry Runtime RuntimeEndpoint TokenVault WorkloadIdentity WorkloadIdentityDirectory',
  BedrockMantle: 'CustomizedModel Project Reservation',
  BedrockWebSearch: 'Tool',
  Cassandra: 'Stream Table',
  CloudFront: 'KeyValueStore',
  CloudOptimization: 'Profile Recommendation',
  CloudTrail: 'Channel',
  CloudWatch: 'Metric',
  CodeGuruProfiler: 'ProfilingGroup',
  CodeWhisperer: 'Customization Profile',
  Cognito: 'IdentityPool',
  DSQL: 'Cluster',
  DataExchange: 'Asset',
  Deadline: 'Fleet Job Queue Worker',
  DynamoDB: 'Stream Table',
  EC2: 'InstanceConnectEndpoint Snapshot',
  ECS: 'ContainerInstance',
  EKS: 'Dashboard',
  EMRWAL: 'Workspace',
  FinSpace: 'Environment',
  GameLiftStreams: 'Application StreamGroup',
  GeoMaps: 'Provider',
  GeoPlaces: 'Provider',
  GeoRoutes: 'Provider',
  Glue: 'Table',
  GreengrassV2: 'ComponentVersion Deployment',
  GuardDuty: 'Detector MalwareScan',
  IoT: 'Certificate Thing',
  IoTSiteWise: 'Asset TimeSeries',
  IoTTwinMaker: 'Entity Workspace',
  KendraRanking: 'ExecutionPlan',
  Kinesis: 'Stream StreamConsumer',
  KinesisFirehose: 'DeliveryStream',
  KinesisVideo: 'SignalingChannel Stream',
  Lambda: 'Function',
  MWAA: 'Environment',
  MachineLearning: 'MlModel',
  ManagedBlockchain: 'Network Node',
  ManagedBlockchainQuery: 'QueryAPI',
  MedicalImaging: 'Datastore Imageset',
  NeptuneGraph: 'Graph',
  NetworkFlowMonitor: 'Monitor Scope',
  NovaAct: 'WorkflowDefinition WorkflowRun',
  One: 'UKey User',
  PCAConnectorAD: 'Connector',
  PCAConnectorSCEP: 'Connector',
  PaymentCryptography: 'Alias Key',
  Pinpoint: 'App',
  QApps: 'QApp QAppSession',
  QBusiness: 'Application DataSource Index Integration WebExperience',
  QDeveloper: 'Integration',
  QuickSight: 'Flow FlowSession',
  Quicksight: 'ActionConnector',
  RDS: 'DBCluster',
  RUM: 'AppMonitor',
  Redshift: 'Cluster',
  S3: 'AccessPoint Object',
  S3Express: 'Object',
  S3ObjectLambda: 'AccessPoint',
  S3Outposts: 'Object',
  S3Tables: 'Table TableBucket',
  S3Vectors: 'Index VectorBucket',
  SCN: 'Instance',
  SDB: 'Domain',
  SES: 'ConfigurationSet EmailIdentity Template',
  SMSVoice: 'Message OriginationIdentity',
  SNS: 'PlatformEndpoint Topic',
  SQS: 'Queue',
  SSM: 'ExecutionPreview ManagedNode',
  SSMMessages: 'ControlChannel',
  SWF: 'Domain',
  SageMaker: 'Endpoint ExperimentTrialComponent FeatureGroup MlflowTrackingServer',
  ServiceDiscovery: 'Namespace Service',
  Signer: 'SigningJob SigningProfile',
  SitewiseAssistant: 'Conversation',
  SocialMessaging: 'PhoneNumberId WabaId',
  StepFunctions: 'Activity StateMachine',
  SupportAccess: 'Tenant TrustingAccount TrustingRole',
  ThinClient: 'Device Environment',
  Timestream: 'Database RegionalEndpoint Table',
  Transform: 'AgentInstance',
  TransformCustom: 'Campaign Conversation KnowledgeItem Package',
  VerifiedPermissions: 'PolicyStore',
  XRay: 'Trace',
};

const KNOWN: ReadonlySet<string> = new Set(
  Object.entries(TYPES).flatMap(([service, names]) => names.split(' ').map((name) => `AWS::${service}::${name}`)),
);

export function isResourceType(type: string): boolean {
  return KNOWN.has(type);
}

/** CloudTrail's table of types has one name and Bedrock's page another: whoever selects one means both. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([['AWS::Bedrock::Prompt', 'AWS::Bedrock::PromptVersion']]);

/** The one name of a type that goes by two. */
export function canonicalType(type: string): string {
  return OTHER_NAMES.get(type) ?? type;
}

/** Service, region, account and resource of an ARN. */
const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws)?:(.+)$/s;

/** Service and beginning of the resource, by type. Those whose form is not known here take any ARN. */
const FORMS: Readonly<Record<string, readonly [service: string, resource: RegExp]>> = {
  'AWS::Bedrock::AdvancedOptimizePromptJob': ['bedrock', /^advanced-optimize-prompt-job\/./],
  'AWS::Bedrock::AgentAlias': ['bedrock', /^agent-alias\/[^/]+\/[^/]+$/],
  'AWS::Bedrock::AsyncInvoke': ['bedrock', /^async-invoke\/./],
  'AWS::Bedrock::AutomatedReasoningPolicy': ['bedrock', /^automated-reasoning-policy\/./],
  'AWS::Bedrock::AutomatedReasoningPolicyVersion': ['bedrock', /^automated-reasoning-policy\/./],
  'AWS::Bedrock::Blueprint': ['bedrock', /^blueprint\/./],
  'AWS::Bedrock::DataAutomationInvocation': ['bedrock', /^data-automation-invocation\/./],
  'AWS::Bedrock::DataAutomationProfile': ['bedrock', /^data-automation-profile\/./],
  'AWS::Bedrock::DataAutomationProject': ['bedrock', /^data-automation-project\/./],
  'AWS::Bedrock::FlowAlias': ['bedrock', /^flow\/[^/]+\/alias\/[^/]+$/],
  'AWS::Bedrock::FlowExecution': ['bedrock', /^flow\/[^/]+\/alias\/./],
  'AWS::Bedrock::Guardrail': ['bedrock', /^guardrail\/./],
  'AWS::Bedrock::KnowledgeBase': ['bedrock', /^knowledge-base\/./],
  'AWS::Bedrock::Prompt': ['bedrock', /^prompt\/./],
  'AWS::Bedrock::PromptVersion': ['bedrock', /^prompt\/./],
  'AWS::Bedrock::Session': ['bedrock', /^session\/./],
  'AWS::Bedrock::Tool': ['bedrock', /^tool\/./],
  'AWS::DynamoDB::Stream': ['dynamodb', /^table\/[^/]+\/stream\/./],
  'AWS::DynamoDB::Table': ['dynamodb', /^table\/[^/]+$/],
  // AWS's own example has a slash behind `function`.
  'AWS::Lambda::Function': ['lambda', /^function[:/]./],
  'AWS::S3::AccessPoint': ['s3', /^accesspoint\/./],
  'AWS::S3::Object': ['s3', /^[^/]+\/./s],
  'AWS::SNS::Topic': ['sns', /^[\w.-]+$/],
  'AWS::SQS::Queue': ['sqs', /^[\w.-]+$/],
};

/** Whether the text is a whole ARN that a resource of the type may have. */
export function isArnOfType(text: string, type: string): boolean {
  const [, service, , , resource = ''] = ARN.exec(text) ?? [];
  if (service === undefined) return false;
  const form = FORMS[type];
  return form === undefined || (form[0] === service && form[1].test(resource));
}
