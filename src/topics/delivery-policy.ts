/**
 * How often a delivery to an HTTP(S) endpoint is tried again, and when. (SNS Developer Guide, "Message delivery retries":
 * fields, bounds and the default policy.)
 */
import { invalidParameter } from './errors.ts';

export interface RetryPolicy {
  /** Seconds, 1–3,600. */
  readonly minDelayTarget: number;
  /** Seconds, 1–3,600. */
  readonly maxDelayTarget: number;
  /** All retries. 0–100 */
  readonly numRetries: number;
  /** At once. */
  readonly numNoDelayRetries: number;
  /** After the least delay each. */
  readonly numMinDelayRetries: number;
  /** After the greatest delay each, at the end. */
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: 'arithmetic' | 'exponential' | 'geometric' | 'linear';
}

/** As it was put: of a topic it stands under `http`. */
export interface DeliveryPolicy {
  /** The JSON text as it was put. */
  readonly text: string;
  readonly retry: RetryPolicy;
  readonly headerContentType?: string;
}

export const DEFAULT_RETRY: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: 'linear',
};

export const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';

const DELAY_SECONDS_MAX = 3_600;
const RETRIES_MAX = 100;
const BACKOFFS = ['arithmetic', 'exponential', 'geometric', 'linear'] as const;
/** (SNS Developer Guide, "Creating an HTTP/S delivery policy", `headerContentType`.) */
const CONTENT_TYPE =
  /^(?:text\/(?:css|csv|html|plain|xml)|application\/(?:atom\+xml|json|octet-stream|soap\+xml|x-www-form-urlencoded|xhtml\+xml|xml))(?:; charset=UTF-8)?$/;

/** @throws {ApiError} InvalidParameter */
export function readDeliveryPolicy(text: string, of: 'topic' | 'subscription'): DeliveryPolicy {
  const root = objectOf(parse(text), 'DeliveryPolicy');
  const policy = of === 'topic' ? objectOf(root['http'] ?? {}, 'DeliveryPolicy: http') : root;
  const retryName = of === 'topic' ? 'defaultHealthyRetryPolicy' : 'healthyRetryPolicy';
  const requestName = of === 'topic' ? 'defaultRequestPolicy' : 'requestPolicy';
  const known = new Set([
    retryName,
    requestName,
    'disableSubscriptionOverrides',
    'throttlePolicy',
    'defaultThrottlePolicy',
    'sicklyRetryPolicy',
    'guaranteed',
  ]);
  const unknown = Object.keys(policy).find((key) => !known.has(key));
  if (unknown !== undefined) throw wrong(`Unexpected JSON member: ${unknown.slice(0, 100)}`);
  const request = policy[requestName];
  const type =
    request === undefined || request === null ? undefined : objectOf(request, requestName)['headerContentType'];
  if (type !== undefined && (typeof type !== 'string' || !CONTENT_TYPE.test(type)))
    throw wrong('headerContentType is not valid');
  const retry = policy[retryName];
  return {
    text,
    retry: retry === undefined || retry === null ? DEFAULT_RETRY : readRetry(objectOf(retry, retryName)),
    ...(type !== undefined && { headerContentType: type }),
  };
}

function readRetry(value: Readonly<Record<string, unknown>>): RetryPolicy {
  const { backoffFunction = DEFAULT_RETRY.backoffFunction } = value;
  const backoff = BACKOFFS.find((one) => one === backoffFunction);
  if (!backoff) throw wrong('backoffFunction must be one of arithmetic, exponential, geometric, linear');
  const number = (name: keyof typeof DEFAULT_RETRY, min: number, max: number): number => {
    const given = value[name] ?? DEFAULT_RETRY[name];
    if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max) {
      throw wrong(`${name} must be an integer from ${min} to ${max}`);
    }
    return given;
  };
  const retry: RetryPolicy = {
    minDelayTarget: number('minDelayTarget', 1, DELAY_SECONDS_MAX),
    maxDelayTarget: number('maxDelayTarget', 1, DELAY_SECONDS_MAX),
    numRetries: number('numRetries', 0, RETRIES_MAX),
    numNoDelayRetries: number('numNoDelayRetries', 0, RETRIES_MAX),
    numMinDelayRetries: number('numMinDelayRetries', 0, RETRIES_MAX),
    numMaxDelayRetries: number('numMaxDelayRetries', 0, RETRIES_MAX),
    backoffFunction: backoff,
  };
  if (retry.minDelayTarget > retry.maxDelayTarget)
    throw wrong('minDelayTarget must not be greater than maxDelayTarget');
  if (retry.numNoDelayRetries + retry.numMinDelayRetries + retry.numMaxDelayRetries > retry.numRetries) {
    throw wrong('numRetries must be at least the sum of numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries');
  }
  return retry;
}

/**
 * How long to wait before the `retry`th retry (1 is the first), in milliseconds; undefined when it is not tried again.
 * The phases follow each other: at once, least delay, backoff, greatest delay.
 */
export function retryDelayMs(policy: RetryPolicy, retry: number): number | undefined {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries, minDelayTarget, maxDelayTarget } =
    policy;
  if (retry > numRetries) return undefined;
  if (retry <= numNoDelayRetries) return 0;
  if (retry <= numNoDelayRetries + numMinDelayRetries) return minDelayTarget * 1000;
  if (retry > numRetries - numMaxDelayRetries) return maxDelayTarget * 1000;
  const steps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  const step = retry - numNoDelayRetries - numMinDelayRetries;
  const share = steps <= 1 ? 1 : (step - 1) / (steps - 1);
  return Math.round(backoffSeconds(policy, share) * 1000);
}

/** Between the least delay (`share` 0) and the greatest (1), along the curve that the function names. */
function backoffSeconds(
  { minDelayTarget: min, maxDelayTarget: max, backoffFunction }: RetryPolicy,
  share: number,
): number {
  switch (backoffFunction) {
    case 'linear':
      return min + (max - min) * share;
    case 'arithmetic':
      return min + (max - min) * share * share;
    default:
      return min * (max / min) ** share;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrong('JSON is not valid');
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(`${what} must be an object`);
}

function wrong(reason: string): Error {
  return invalidParameter(`DeliveryPolicy: ${reason}`);
}
