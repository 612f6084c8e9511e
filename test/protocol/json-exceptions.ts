/**
 * Official cases of the JSON protocols that this server does not meet, each with its reason. A case that is not listed
 * and differs fails the tests; so does a listed one that begins to pass. Where a request and a response share a name,
 * the kind stands before it.
 */

const DEFAULTS = 'members with @default are not filled in: no service here relies on it, and the SDK schemas have none';
const COMPRESSED = 'the case names compressed content without giving it: it is one for clients';
const EMPTY_PAYLOAD =
  'the body "{}" is an empty structure here; that it stands for none is the client\'s side of the case';
const LENIENT_BOOLEAN = 'botocore before 1.29 writes header booleans as True and False, and is understood';
const INTERNAL_ENUM = 'which enum values are internal is in neither source of the generated schemas, so all are told';
const NO_CONTENT_LENGTH = 'Content-Length is set by the HTTP server, which knows the whole body';
const TARGET_OF_RESPONSE = 'a mistake in the case: x-amz-target is a request header';
const REQUEST_ID = "the request's id is the server's own";

export const JSON_EXCEPTIONS: Readonly<Record<string, string>> = {
  AwsJson10ServerPopulatesDefaultsWhenMissingInRequestBody: DEFAULTS,
  AwsJson10ServerPopulatesNestedDefaultsWhenMissingInRequestBody: DEFAULTS,
  AwsJson10ServerPopulatesDefaultsInResponseWhenMissingInParams: DEFAULTS,
  AwsJson10ServerPopulatesNestedDefaultValuesWhenMissingInInResponseParams: DEFAULTS,
  RestJsonServerPopulatesDefaultsWhenMissingInRequestBody: DEFAULTS,
  RestJsonServerPopulatesNestedDefaultsWhenMissingInRequestBody: DEFAULTS,
  RestJsonServerPopulatesDefaultsInResponseWhenMissingInParams: DEFAULTS,
  RestJsonServerPopulatesNestedDefaultValuesWhenMissingInInResponseParams: DEFAULTS,
  SDKAppliedContentEncoding_awsJson1_0: COMPRESSED,
  SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0: COMPRESSED,
  SDKAppliedContentEncoding_awsJson1_1: COMPRESSED,
  SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1: COMPRESSED,
  SDKAppliedContentEncoding_restJson1: COMPRESSED,
  SDKAppendedGzipAfterProvidedEncoding_restJson1: COMPRESSED,
  'response AwsJson11IntEnums': TARGET_OF_RESPONSE,
  parses_the_request_id_from_the_response: REQUEST_ID,
  RestJsonEndpointTraitWithHostLabel: 'sends a body without Content-Type, which the malformed cases refuse with 415',
  RestJsonHttpWithEmptyStructurePayload: EMPTY_PAYLOAD,
  RestJsonHttpWithHeadersButNoPayload: EMPTY_PAYLOAD,
  RestJsonOmitsEmptyListQueryValues: 'an empty list is not sent in a query, so a server cannot know of it',
  'response RestJsonHttpPayloadWithUnsetUnion': NO_CONTENT_LENGTH,
  'RestJsonHeaderBooleanStringCoercion[0]': LENIENT_BOOLEAN,
  'RestJsonHeaderBooleanStringCoercion[11]': LENIENT_BOOLEAN,
  'RestJsonMalformedEnumString[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumString[1]': INTERNAL_ENUM,
  'RestJsonMalformedEnumTraitString[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumTraitString[1]': INTERNAL_ENUM,
  'RestJsonMalformedEnumList[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumList[1]': INTERNAL_ENUM,
  'RestJsonMalformedEnumMapKey[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumMapKey[1]': INTERNAL_ENUM,
  'RestJsonMalformedEnumMapValue[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumMapValue[1]': INTERNAL_ENUM,
  'RestJsonMalformedEnumUnion[0]': INTERNAL_ENUM,
  'RestJsonMalformedEnumUnion[1]': INTERNAL_ENUM,
};
