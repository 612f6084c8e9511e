import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const cloudwatchLogsFullAccess: AwsManagedPolicy = {
  name: 'CloudWatchLogsFullAccess',
  path: '/',
  description: 'Provides full access to CloudWatch Logs',
  versionId: 'v8',
  createdAt: '2015-02-06T18:40:02Z',
  updatedAt: '2026-02-12T18:00:33Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'CloudWatchLogsFullAccess',
        Effect: 'Allow',
        Action: [
          'logs:*',
          'cloudwatch:GenerateQuery',
          'cloudwatch:GenerateQueryResultsSummary',
          'observabilityadmin:GetS3TableIntegration',
          'observabilityadmin:ListS3TableIntegrations',
          'observabilityadmin:ListTelemetryPipelines',
        ],
        Resource: '*',
      },
    ],
  },
};
