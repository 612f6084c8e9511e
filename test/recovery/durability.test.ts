/** An answer's last byte leaves when fdatasync has returned, shown with a disk whose fdatasync hangs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateUserCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { type Clients, withVarve } from '../harness.ts';
import { logToBoth } from '../logging.ts';
import { HangingDisk } from './hanging-disk.ts';

const MODEL = 'varve.echo-v1';
const PROMPT = 'Is it on the disk yet?';
const messages = [{ role: 'user' as const, content: [{ text: PROMPT }] }];
/** Others' round trips while the disk hangs: time enough for an answer that does not wait. Every signed call waits for the disk. */
const ROUND_TRIPS = 20;
/** The model takes long enough for the begin's own fdatasync to be under way (SYNC_DELAY_MS) when the end is written. */
const SLOWLY = { latencyMs: 100, timeToFirstTokenMs: 100 };
const fields = { additionalModelRequestFields: { varve: SLOWLY } };

interface Scene {
  readonly clients: Clients;
  readonly endpoint: string;
  readonly disk: HangingDisk;
}

async function withHangingDisk(work: (scene: Scene) => Promise<void>, durability = 'fsync'): Promise<void> {
  const disk = new HangingDisk();
  // Deliveries write to the journal too; here they wait until the test is over.
  const settings = { journal: { durability }, delivery: { interval: '1h' } };
  const run = async ({ clients, endpoint }: { clients: Clients; endpoint: string }): Promise<void> => {
    await logToBoth(clients);
    try {
      await work({ clients, endpoint, disk });
    } finally {
      disk.mend();
    }
  };
  await withVarve(settings, run, { journalFiles: disk });
}

/** Lets others be served, so that what could come without the disk has come. */
async function letOthersBeServed({ endpoint }: Scene): Promise<void> {
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) await (await fetch(`${endpoint}/_varve/metrics`)).text();
}

/**
 * `call` must not be over before an fdatasync that began after its last write. `begins`: it writes before that too, so that an
 * fdatasync hangs already which promises nothing for the last write.
 */
async function assertWaits(
  scene: Scene,
  begins: boolean,
  call: () => Promise<unknown>,
  marker = PROMPT,
): Promise<void> {
  const { disk } = scene;
  let isOver = false;
  disk.hang(marker);
  const called = call().finally(() => (isOver = true));
  await disk.until(() => disk.hangsWithMarker());
  await letOthersBeServed(scene);
  assert.equal(isOver, false, 'answered while its fdatasync hangs');
  if (begins) {
    disk.releaseOne();
    await disk.until(() => disk.hangsWithMarker());
    await letOthersBeServed(scene);
    assert.equal(isOver, false, 'answered after an fdatasync that began too early');
  }
  disk.mend();
  await called;
}

test('a Converse call is answered when its record is on the disk, not before', () =>
  withHangingDisk((scene) => {
    const command = new ConverseCommand({ modelId: MODEL, messages, ...fields });
    return assertWaits(scene, true, () => scene.clients.runtime.send(command));
  }));

test('an InvokeModel call is answered when its record is on the disk, not before', () =>
  withHangingDisk((scene) => {
    const command = new InvokeModelCommand({ modelId: MODEL, body: JSON.stringify({ prompt: PROMPT, varve: SLOWLY }) });
    return assertWaits(scene, true, () => scene.clients.runtime.send(command));
  }));

test("a model's error is told when its record is on the disk, not before", () =>
  withHangingDisk((scene) => {
    const varve = { ...SLOWLY, error: { code: 'ThrottlingException', message: PROMPT } };
    const command = new ConverseCommand({ modelId: MODEL, messages, additionalModelRequestFields: { varve } });
    const call = () => assert.rejects(scene.clients.runtime.send(command), { name: 'ThrottlingException' });
    return assertWaits(scene, true, call);
  }));

test('log events are acknowledged when they are on the disk, not before', () =>
  withHangingDisk(async (scene) => {
    const { logs } = scene.clients;
    const stream = { logGroupName: '/app', logStreamName: 'a' };
    await logs.send(new CreateLogGroupCommand(stream));
    await logs.send(new CreateLogStreamCommand(stream));
    const logEvents = [{ timestamp: Date.now(), message: PROMPT }];
    await assertWaits(scene, false, () => logs.send(new PutLogEventsCommand({ ...stream, logEvents })));
  }));

test('a call that only reads is answered when its event is on the disk, not before', () =>
  withHangingDisk((scene) => {
    const UserName = 'who-is-that';
    const call = () =>
      assert.rejects(scene.clients.iam.send(new GetUserCommand({ UserName })), { name: 'NoSuchEntityException' });
    return assertWaits(scene, false, call, UserName);
  }));

test('a call that changes something does it when its begin is on the disk, and is answered when its event is', () =>
  withHangingDisk((scene) => {
    const UserName = 'somebody-new';
    return assertWaits(scene, true, () => scene.clients.iam.send(new CreateUserCommand({ UserName })), UserName);
  }));

/** Notes a stream's frames as they come. */
class Frames<Frame> {
  readonly seen: Frame[] = [];
  readonly over: Promise<void>;
  readonly #looks = new Set<() => void>();

  constructor(source: AsyncIterable<Frame>) {
    this.over = this.#read(source);
  }

  /** Resolves once the frames so far are so. */
  until(isSo: (seen: readonly Frame[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (isSo(this.seen)) resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  async #read(source: AsyncIterable<Frame>): Promise<void> {
    for await (const frame of source) {
      this.seen.push(frame);
      for (const look of this.#looks) look();
    }
  }
}

/** All frames but the last come although the disk hangs; the last one when it is well. */
async function assertLastWaits<Frame>(
  scene: Scene,
  open: () => Promise<AsyncIterable<Frame> | undefined>,
  isAllButLast: (seen: readonly Frame[]) => boolean,
  isLast: (frame: Frame) => boolean,
): Promise<void> {
  const { disk } = scene;
  disk.hang(PROMPT);
  const frames = new Frames((await open()) ?? assert.fail('no stream'));
  await frames.until(isAllButLast);
  await disk.until(() => disk.hangsWithMarker());
  await letOthersBeServed(scene);
  assert.equal(frames.seen.some(isLast), false, 'the last frame came while fdatasync hangs');
  disk.releaseOne();
  await disk.until(() => disk.hangsWithMarker());
  await letOthersBeServed(scene);
  assert.equal(frames.seen.some(isLast), false, 'the last frame came after an fdatasync that began too early');
  disk.mend();
  await frames.over;
  assert.equal(frames.seen.findIndex(isLast), frames.seen.length - 1);
}

test('all frames of a ConverseStream but the last leave at once, the last when the record is on the disk', () =>
  withHangingDisk((scene) => {
    const command = new ConverseStreamCommand({ modelId: MODEL, messages, ...fields });
    return assertLastWaits(
      scene,
      async () => (await scene.clients.runtime.send(command)).stream,
      (seen) => seen.some(({ messageStop }) => messageStop),
      ({ metadata }) => metadata !== undefined,
    );
  }));

test('all chunks of an InvokeModelWithResponseStream but the last leave at once, the last when the record is on the disk', () =>
  withHangingDisk((scene) => {
    const body = JSON.stringify({ prompt: PROMPT, varve: SLOWLY });
    const command = new InvokeModelWithResponseStreamCommand({ modelId: MODEL, contentType: 'application/json', body });
    const textOf = ({ chunk }: { chunk?: { bytes?: Uint8Array | undefined } | undefined }): string =>
      Buffer.from(chunk?.bytes ?? []).toString();
    return assertLastWaits(
      scene,
      async () => (await scene.clients.runtime.send(command)).body,
      (seen) =>
        seen.map((frame) => (JSON.parse(textOf(frame)) as { completion: string }).completion).join('') === PROMPT,
      (frame) => textOf(frame).includes('amazon-bedrock-invocationMetrics'),
    );
  }));

test('with durability `os` nobody waits for the disk', () =>
  withHangingDisk(async ({ clients, disk }) => {
    disk.hang(PROMPT);
    const answer = await clients.runtime.send(new ConverseCommand({ modelId: MODEL, messages }));
    assert.equal(answer.output?.message?.content?.[0]?.text, PROMPT);
  }, 'os'));
