import { ApiError } from '#wire';
import type { StreamFrame } from './types.ts';

/** The error that an exception frame tells: its class name and message. */
export function errorOfFrame({ type, payload }: StreamFrame): ApiError {
  const code = type.charAt(0).toUpperCase() + type.slice(1);
  try {
    const { message } = JSON.parse(payload.toString()) as { message?: unknown };
    return new ApiError(code, typeof message === 'string' ? message : '');
  } catch {
    return new ApiError(code, '');
  }
}
