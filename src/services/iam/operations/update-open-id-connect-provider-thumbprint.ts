import type { UpdateOpenIDConnectProviderThumbprintCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { readThumbprints, updateProvider } from '../oidc-provider-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html */
export function updateOpenIdConnectProviderThumbprint({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { OpenIDConnectProviderArn: arn = '', ThumbprintList }: UpdateOpenIDConnectProviderThumbprintCommandInput,
      { accountId },
    ) => {
      const thumbprints = readThumbprints(ThumbprintList);
      await updateProvider(identity.directory, accountId, arn, (provider) => ({ ...provider, thumbprints }));
      return {};
    },
  );
}
