import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const cloudwatchLogsReadOnlyAccess: AwsManagedPolicy = {
  name: 'CloudWatchLogsReadOnlyAccess',
  path: '/',
  description: 'Provides read only access to CloudWatch Logs',
  versionId: 'v12',
  createdAt: '2015-02-06T18:40:03Z',
  updatedAt: '2026-02-12T17:59:13Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'CloudWatchLogsReadOnlyAccess',
        Effect: 'Allow',
        Action: [
          'logs:Describe*',
          'logs:Get*',
          'logs:List*',
          'logs:StartQuery',
          'logs:StopQuery',
          'logs:TestMetricFilter',
          'logs:FilterLogEvents',
          'logs:StartLiveTail',
          'logs:StopLiveTail',
          'cloudwatch:GenerateQuery',
          'cloudwatch:GenerateQueryResultsSummary',
          'observabilityadmin:ListS3TableIntegrations',
          'observabilityadmin:GetS3TableIntegration',
          'observabilityadmin:ListTelemetryPipelines',
        ],
        Resource: '*',
      },
    ],
  },
};
