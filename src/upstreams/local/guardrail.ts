/**
 * What Bedrock tells of a guardrail (User Guide, "Use a guardrail with inference operations"; bedrock-invocation-log.md §1.3):
 *   Converse   stopReason `guardrail_intervened`, trace.guardrail {inputAssessment, outputAssessments, modelOutput}
 *   Invoke     in the body or the last chunk: amazon-bedrock-guardrailAction, amazon-bedrock-trace {guardrail: {input, outputs}}
 * The built-in model has no guardrails; the knob says what one did. A call that names a guardrail without the knob is
 * told that it did nothing.
 */
import type { ModelCall } from '../types.ts';
import type { Generation } from './generation.ts';
import { type JsonObject, objectOf, textOf } from './json.ts';
import type { GuardrailKnob, Knobs } from './knobs.ts';

const GUARDRAIL_ID = 'varveguardrail';
const PROCESSING_MS = 12;
/** Guardrails count text in units of up to 1,000 characters. */
const UNIT_CHARS = 1_000;

/** The keys that an Invoke body or last chunk gets. */
export function invokeGuardrailKeys(knobs: Knobs, call: ModelCall, generation: Generation): JsonObject {
  const named = call.bedrockHeaders['x-amzn-bedrock-guardrailidentifier'];
  const { guardrail } = knobs;
  if (!guardrail) return named === undefined ? {} : { 'amazon-bedrock-guardrailAction': 'NONE' };
  const id = guardrail.id ?? guardrailId(named);
  return {
    'amazon-bedrock-guardrailAction': guardrail.action,
    ...(guardrail.trace === false
      ? {}
      : { 'amazon-bedrock-trace': { guardrail: invokeTrace(guardrail, id, generation) } }),
  };
}

function invokeTrace(guardrail: GuardrailKnob, id: string, generation: Generation): JsonObject {
  const { prompt } = generation.request;
  if (guardrail.action === 'INTERVENED' && guardrail.source === 'output') {
    return {
      modelOutput: [prompt],
      input: { [id]: assessment(prompt, false) },
      outputs: [{ [id]: assessment(prompt, true) }],
    };
  }
  return { input: { [id]: assessment(prompt, guardrail.action === 'INTERVENED') } };
}

/** Converse's `trace`; undefined when the call has none. */
export function converseTrace(knobs: Knobs, body: JsonObject, generation: Generation): JsonObject | undefined {
  const { guardrail } = knobs;
  if (!guardrail || guardrail.trace === false) return undefined;
  const id = guardrail.id ?? guardrailId(textOf(objectOf(body['guardrailConfig'])['guardrailIdentifier']));
  const { prompt } = generation.request;
  const intervened = guardrail.action === 'INTERVENED';
  const onOutput = intervened && guardrail.source === 'output';
  return {
    guardrail: {
      inputAssessment: { [id]: assessment(prompt, intervened && !onOutput) },
      ...(onOutput
        ? {
            modelOutput: [JSON.stringify({ output: { message: { content: [{ text: prompt }], role: 'assistant' } } })],
            outputAssessments: { [id]: [assessment(prompt, true)] },
          }
        : {}),
    },
  };
}

/** ARNs end with the id. */
function guardrailId(identifier: string | undefined): string {
  return identifier?.split('/').at(-1) || GUARDRAIL_ID;
}

function assessment(text: string, blocked: boolean): JsonObject {
  const units = Math.max(1, Math.ceil(text.length / UNIT_CHARS));
  return {
    ...(blocked
      ? { topicPolicy: { topics: [{ name: 'Varve test topic', type: 'DENY', action: 'BLOCKED', detected: true }] } }
      : {}),
    invocationMetrics: {
      guardrailProcessingLatency: PROCESSING_MS,
      usage: {
        topicPolicyUnits: units,
        contentPolicyUnits: 0,
        wordPolicyUnits: 0,
        sensitiveInformationPolicyUnits: 0,
        sensitiveInformationPolicyFreeUnits: 0,
        contextualGroundingPolicyUnits: 0,
      },
      guardrailCoverage: { textCharacters: { guarded: text.length, total: text.length } },
    },
  };
}
