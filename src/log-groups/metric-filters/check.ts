/** What a metric filter may be. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
import { type FilterPattern, selectorOf } from '#insights';
import { invalidParameter } from '../errors.ts';
import type { MetricTransformation } from './types.ts';

/** AWS's (API_MetricTransformation). */
const DIMENSIONS_MAX = 3;
const FIELD = /^\$[A-Za-z0-9_-]+$/;

/** @throws {ApiError} InvalidParameterException */
export function checkTransformation(pattern: FilterPattern, transformation: MetricTransformation): void {
  const { metricValue, defaultValue, dimensions = {} } = transformation;
  const names = Object.entries(dimensions);
  if (names.length > 0) {
    if (pattern.kind !== 'json' && pattern.kind !== 'delimited') {
      throw invalidParameter('The specified filter pattern does not support dimensions');
    }
    if (defaultValue !== undefined) {
      throw invalid('dimensions and default value are mutually exclusive properties');
    }
    if (names.length > DIMENSIONS_MAX) throw invalid(`there are more than ${DIMENSIONS_MAX} dimensions`);
    for (const [name, value] of names) {
      if (!namesValue(pattern, value)) throw invalid(`the dimension ${name} is no value of the filter pattern`);
    }
  }
  if (metricValue.startsWith('$')) {
    if (!namesValue(pattern, metricValue)) throw invalid('metricValue is no value of the filter pattern');
  } else if (metricValue.trim() === '' || !Number.isFinite(Number(metricValue))) {
    throw invalid('metricValue is neither a number nor a value of the filter pattern');
  }
}

/** Whether events that match the pattern can have such a value. */
function namesValue(pattern: FilterPattern, value: string): boolean {
  if (pattern.kind === 'json') return selectorOf(value) !== undefined;
  if (pattern.kind !== 'delimited' || !FIELD.test(value)) return false;
  return (
    /^\$[1-9]\d*$/.test(value) ||
    pattern.fields.some((field) => field.kind === 'field' && `$${field.name ?? ''}` === value)
  );
}

function invalid(why: string): Error {
  return invalidParameter(`Invalid metric transformation: ${why}`);
}
