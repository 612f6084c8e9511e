import { ApiError } from '#wire';

/** An upstream's answer with an error: what the caller is told, and the request id that the upstream gave it. */
export class UpstreamRefusal extends ApiError {
  readonly upstreamRequestId: string;

  constructor({ code, message, status, members, cause }: ApiError, upstreamRequestId: string) {
    super(code, message, { ...(status === undefined ? {} : { status }), members, cause });
    this.upstreamRequestId = upstreamRequestId;
  }
}
