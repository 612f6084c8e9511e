/** SQS's errors, in its words. (API reference, "Common errors" and each operation's; sentences as people see them.) */
import { ApiError } from '#wire';

export function queueDoesNotExist(): ApiError {
  return new ApiError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function invalidValue(value: unknown, parameter: string, reason: string): ApiError {
  const shown = String(value).slice(0, 200);
  return new ApiError(
    'InvalidParameterValueException',
    `Value ${shown} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}

export function missingParameter(parameter: string): ApiError {
  return new ApiError('MissingParameterException', `The request must contain the parameter ${parameter}.`);
}

export function unknownAttribute(name: string): ApiError {
  return new ApiError('InvalidAttributeName', `Unknown Attribute ${name.slice(0, 200)}.`);
}

export function invalidAttribute(name: string, reason?: string): ApiError {
  const why = reason === undefined ? '' : ` Reason: ${reason}`;
  return new ApiError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${why}`);
}

/** What AWS has and Varve does not. */
export function unsupported(message: string): ApiError {
  return new ApiError('UnsupportedOperation', message);
}

export function invalidReceiptHandle(handle: string): ApiError {
  return new ApiError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle.slice(0, 200)}" is not a valid receipt handle.`,
  );
}
