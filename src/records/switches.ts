import type { MediaKind } from './media.ts';
import type { DataSwitches } from './types.ts';
import { isConverse } from './texts.ts';

/** What a model takes and gives, as in Bedrock's catalogue: `TEXT`, `IMAGE`, `EMBEDDING`, `VIDEO`, `SPEECH`, `AUDIO`. */
export interface Modalities {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/**
 * What the five data switches leave of a call. AWS documents only that a switch includes its kind of data (User Guide,
 * model-invocation-logging); the rest is chosen here:
 *
 * - text covers every request body and the answers of text models; documents count as text. Off, a Converse body is
 *   reduced to the media blocks whose switch is on, and any other body is left out.
 * - image, video and audio cover content blocks of their kind (Converse and native bodies alike), the answers of models
 *   that give such output, and the requests of those models when they can hold such input.
 * - embedding covers the answers of embedding models; their input is text.
 * - a native answer of a model with several kinds of output is left out when one of them is off: better too little
 *   than data that was switched off.
 * With all five off a record keeps its metadata and token counts (capture A1).
 */
export interface BodyRules {
  readonly inputBody: boolean;
  readonly outputBody: boolean;
  readonly text: boolean;
  /** Kinds of content blocks that are cut out of bodies. */
  readonly dropped: ReadonlySet<MediaKind>;
  /** Embeddings are never inline: captured records have them as objects or not at all. */
  readonly outputIsEmbedding: boolean;
}

const KINDS: Readonly<Record<string, keyof DataSwitches>> = {
  TEXT: 'text',
  IMAGE: 'image',
  EMBEDDING: 'embedding',
  VIDEO: 'video',
  AUDIO: 'audio',
  SPEECH: 'audio',
};

function kindsOf(modalities: readonly string[]): readonly (keyof DataSwitches)[] {
  const kinds = modalities.flatMap((modality) => KINDS[modality.toUpperCase()] ?? []);
  return kinds.length > 0 ? kinds : ['text'];
}

export function bodyRules(operation: string, switches: DataSwitches, modalities: Modalities): BodyRules {
  const dropped = new Set<MediaKind>(switches.text ? [] : ['document']);
  for (const kind of ['image', 'video', 'audio'] as const) if (!switches[kind]) dropped.add(kind);
  const outputs = kindsOf(modalities.output);
  if (isConverse(operation)) {
    return { inputBody: true, outputBody: true, text: switches.text, dropped, outputIsEmbedding: false };
  }
  const inputs = kindsOf(modalities.input);
  const mediaModelOff = outputs.some(
    (kind) => kind !== 'text' && kind !== 'embedding' && inputs.includes(kind) && !switches[kind],
  );
  return {
    inputBody: switches.text && !mediaModelOff,
    outputBody: outputs.every((kind) => switches[kind]),
    text: switches.text,
    dropped,
    outputIsEmbedding: outputs.includes('embedding'),
  };
}

/** True when a body that cannot be looked into may hold data that is switched off. */
export function mayHoldDropped(operation: string, rules: BodyRules, modalities: Modalities): boolean {
  if (rules.dropped.size === 0) return false;
  if (isConverse(operation)) return true;
  return kindsOf(modalities.input).some((kind) => kind !== 'text' && kind !== 'embedding' && rules.dropped.has(kind));
}
