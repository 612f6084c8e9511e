import type { AuditTable } from '#audit';
import type { ServiceName } from '#wire';
import { bedrockAudit } from './bedrock/audit.ts';
import { bedrockAgentAudit } from './bedrock-agent/audit.ts';
import { bedrockAgentRuntimeAudit } from './bedrock-agent-runtime/audit.ts';
import { bedrockRuntimeAudit } from './bedrock-runtime/audit.ts';
import { cloudtrailAudit } from './cloudtrail/audit.ts';
import { iamAudit } from './iam/audit.ts';
import { logsAudit } from './logs/audit.ts';
import { s3Audit } from './s3/audit.ts';
import { snsAudit } from './sns/audit.ts';
import { sqsAudit } from './sqs/audit.ts';
import { stsAudit } from './sts/audit.ts';

/** What CloudTrail tells of the operations of every service. */
export const AUDIT_TABLES: Readonly<Record<ServiceName, AuditTable>> = {
  bedrock: bedrockAudit,
  'bedrock-runtime': bedrockRuntimeAudit,
  'bedrock-agent': bedrockAgentAudit,
  'bedrock-agent-runtime': bedrockAgentRuntimeAudit,
  s3: s3Audit,
  logs: logsAudit,
  iam: iamAudit,
  sts: stsAudit,
  cloudtrail: cloudtrailAudit,
  sns: snsAudit,
  sqs: sqsAudit,
};
