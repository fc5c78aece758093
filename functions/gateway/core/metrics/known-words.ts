/**
 * Words of vendors' errors that say nothing of anybody's prompt: what a refusal that no table knows is told by. A word that is not here is
 * shown as `…`. A new one is a word more.
 */
const VOCABULARY: ReadonlySet<string> = new Set(
  [
    'a about above access account additional after again all allowed along already also an and any api are argument array as assistant at',
    'audio available base be because been before below beta between block body both but by cache call calls can cannot characters chat',
    'check choice choices claude code combination combined completion completions contain contains content context control could count',
    'credit currently data decode deployment developer did different disabled do document does due duplicate each effort either empty',
    'enable enabled encoded encoding end endpoint error exactly exceed exceeded exceeds expected extra failed field file final first for',
    'format found from frequency function functions gpt greater group has have header high id ids image images in include included',
    'incompatible incorrect index input inputs instead integer invalid is it item items json key large last least length less level limit',
    'limited list logprobs long low max maximum may media medium message messages method min minimum minimal missing mode model models',
    'more must name names need no none non not null number object of off ok on one only option optional or order organization other',
    'output outside parallel parameter parameters parse parsing part parts pass penalty per please policy position preceding prefill',
    'presence preview process prompt properties property provide provided provider range reached read reason reasoning received',
    'reference refused region reject rejected request requested required requires response result results role roles root same sampling',
    'schema second seed sequence sequences server service set should size small some stop stream streaming strict string strings structured',
    'such support supported supports system temperature text than that the their them then there these they thinking this tier time to',
    'token tokens too tool tools top total turn turns type types unable unexpected unique unknown unless unrecognized unsupported up url',
    'use used user uses using valid validation value values version video vision was when where which while with within without would',
    'wrong you your',
  ].flatMap((line) => line.split(' ')),
);

const MAX_CHARS = 200;
/** No longer text is looked at. */
const MAX_READ_CHARS = 600;

/** A vendor's sentence with its known words alone, the others as `…`; `undefined` where none is known. */
export function knownWords(message: string): string | undefined {
  const words =
    message
      .slice(0, MAX_READ_CHARS)
      .toLowerCase()
      .match(/[a-z]+|[^a-z\s]+/g) ?? [];
  const shown = words.map((word) => (VOCABULARY.has(word) ? word : '…'));
  const told = shown.filter((word, index) => word !== '…' || shown[index - 1] !== '…');
  return told.some((word) => word !== '…') ? told.join(' ').slice(0, MAX_CHARS) : undefined;
}
