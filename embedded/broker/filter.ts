/**
 * Subscription filters over message attributes, as documented at
 * https://cloud.google.com/pubsub/docs/subscription-message-filter: `attributes:NAME`,
 * `attributes.NAME = "v"`, `attributes.NAME != "v"`, `hasPrefix(attributes.NAME, "v")`, joined by AND or OR
 * (mixing them requires parentheses) and negated by NOT or `-`.
 */
export type Filter = (attributes: Record<string, string>) => boolean;

type ParsedFilter = { ok: true; filter: Filter } | { ok: false; reason: string };

/** Pub/Sub's own limit. */
const MAX_LENGTH = 256;

const TOKEN_PATTERN = /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<word>[A-Za-z_][\w-]*)|(?<sign>!=|[=:.,()-]))/y;

type Token = { kind: "text" | "word" | "sign"; value: string; at: number };

class FilterSyntaxError extends Error {}

/**
 * Parses a filter. An empty filter accepts everything. Never throws: a syntax error is returned with its
 * reason.
 */
export function parseFilter(source: string): ParsedFilter {
  if (source.length > MAX_LENGTH) {
    return { ok: false, reason: `filter has ${source.length} characters; at most ${MAX_LENGTH} are allowed` };
  }
  if (source.trim() === "") return { ok: true, filter: () => true };
  try {
    return { ok: true, filter: new Parser(tokenize(source)).parse() };
  } catch (error) {
    if (error instanceof FilterSyntaxError) {
      return { ok: false, reason: `filter ${JSON.stringify(source)}: ${error.message}` };
    }
    throw error;
  }
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  TOKEN_PATTERN.lastIndex = 0;
  while (TOKEN_PATTERN.lastIndex < end) {
    const at = TOKEN_PATTERN.lastIndex;
    const groups = TOKEN_PATTERN.exec(source)?.groups;
    if (groups?.["text"] !== undefined) tokens.push({ kind: "text", value: unquote(groups["text"]), at });
    else if (groups?.["word"] !== undefined) tokens.push({ kind: "word", value: groups["word"], at });
    else if (groups?.["sign"] !== undefined) tokens.push({ kind: "sign", value: groups["sign"], at });
    else throw new FilterSyntaxError(`unexpected character at position ${at}`);
  }
  return tokens;
}

const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/gs, "$1");

class Parser {
  readonly #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): Filter {
    const filter = this.#expression();
    if (this.#next < this.#tokens.length) this.#fail("AND, OR or the end");
    return filter;
  }

  #expression(): Filter {
    const terms = [this.#term()];
    const operator = this.#isWord("OR") ? "OR" : "AND";
    while (this.#takeWord(operator)) terms.push(this.#term());
    if (this.#isWord("AND") || this.#isWord("OR")) this.#fail("parentheses where AND and OR are mixed");
    return operator === "OR"
      ? (attributes) => terms.some((term) => term(attributes))
      : (attributes) => terms.every((term) => term(attributes));
  }

  #term(): Filter {
    if (this.#takeWord("NOT") || this.#takeSign("-")) {
      const inner = this.#term();
      return (attributes) => !inner(attributes);
    }
    if (this.#takeSign("(")) {
      const inner = this.#expression();
      this.#expectSign(")");
      return inner;
    }
    return this.#takeWord("hasPrefix") ? this.#hasPrefix() : this.#comparison();
  }

  #hasPrefix(): Filter {
    this.#expectSign("(");
    this.#expectWord("attributes");
    this.#expectSign(".");
    const name = this.#name();
    this.#expectSign(",");
    const prefix = this.#expectKind("text", "a quoted prefix");
    this.#expectSign(")");
    return (attributes) => valueOf(attributes, name)?.startsWith(prefix) ?? false;
  }

  #comparison(): Filter {
    this.#expectWord("attributes");
    if (this.#takeSign(":")) {
      const name = this.#name();
      return (attributes) => valueOf(attributes, name) !== undefined;
    }
    this.#expectSign(".");
    const name = this.#name();
    const isNegated = this.#takeSign("!=");
    if (!isNegated) this.#expectSign("=");
    const value = this.#expectKind("text", "a quoted value");
    return (attributes) => (valueOf(attributes, name) === value) !== isNegated;
  }

  #name(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === "sign") this.#fail("an attribute's name");
    this.#next++;
    return token.value;
  }

  #isWord(value: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === "word" && token.value === value;
  }

  #takeWord(value: string): boolean {
    if (!this.#isWord(value)) return false;
    this.#next++;
    return true;
  }

  #takeSign(value: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== "sign" || token.value !== value) return false;
    this.#next++;
    return true;
  }

  #expectWord(value: string): void {
    if (!this.#takeWord(value)) this.#fail(value);
  }

  #expectSign(value: string): void {
    if (!this.#takeSign(value)) this.#fail(`"${value}"`);
  }

  #expectKind(kind: Token["kind"], expected: string): string {
    const token = this.#tokens[this.#next];
    if (token?.kind !== kind) this.#fail(expected);
    this.#next++;
    return token.value;
  }

  #fail(expected: string): never {
    const token = this.#tokens[this.#next];
    const came = token === undefined ? "the end" : `"${token.value}" at position ${token.at}`;
    throw new FilterSyntaxError(`expected ${expected}, found ${came}`);
  }
}

const valueOf = (attributes: Record<string, string>, name: string): string | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;
