import { parsePolicy, type PolicyDocument, type Statement } from '#identity';

/** Policies that are kept parsed: deliveries ask the same few again and again. */
const PARSED_MAX = 200;
const parsed = new Map<string, PolicyDocument>();

/** @throws MalformedPolicy with AWS's sentence */
export function parseBucketPolicy(text: string): PolicyDocument {
  let document = parsed.get(text);
  if (document) return document;
  document = parsePolicy(text, 'resource');
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(text, document);
  return document;
}

/** Conditions with a fixed value under which S3 does not call a statement public. */
const NARROWING_KEYS = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

/**
 * Whether the policy lets everybody in.
 * (Source: S3 User Guide, "The meaning of public", bucket policies.)
 */
export function isPublicPolicy(text: string): boolean {
  return parseBucketPolicy(text).statements.some(
    (statement) => statement.effect === 'Allow' && namesEverybody(statement) && !isNarrowed(statement),
  );
}

function namesEverybody({ principals }: Statement): boolean {
  return principals !== undefined && (principals.everyone || principals.not);
}

function isNarrowed({ conditions }: Statement): boolean {
  return conditions.some(
    ({ key, values, operator, ifExists }) =>
      NARROWING_KEYS.has(key) && !ifExists && !/not/i.test(operator) && values.every((value) => !value.includes('*')),
  );
}
