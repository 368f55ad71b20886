"""Articles that speak to a machine: text that tells a language model what to do, or that hides what it says.

Such an article is never handed to a language model. The whole article is left out, not the sentence alone: what the
instruction asks for may stand beside it as if it were news. The quote writer, which can obey nothing, still quotes the
article, but takes no order for an answer, nor what the order has somebody say. Known are phrases that tell a model to
forget its task, to play a part, to say, to cite or to link, in seven languages (``instructions.toml``), forged system
tags and citations, encoded text, and characters that cannot be seen; and in five languages any sentence in which enough
of what makes an order comes together: that it bids, and whom, of which text, for which reader, against which rules.

It is the first of several fences, and no high one: of 40 orders in wordings apart from those that it was mended by it
knew 33, and took 2 of 40 harmless sentences for orders; of 1,131 real articles it keeps 22 from a model, mostly for
advice to the reader (``tests/benchmarks/orders.py``). Behind it a written sentence must be supported by passages that
say so themselves (:func:`is_told`), rest on words that are not beside the question, and neither hold a link nor speak
to the reader (:mod:`assistant.fluent`).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from index import Article, Span


def _words() -> dict[str, str]:
    lists = tomllib.loads((files("assistant") / "instructions.toml").read_text(encoding="utf-8"))
    return {name: f"(?:{'|'.join(words)})" for name, words in lists.items()}


_W = _words()
_OTHER_SAY = f"(?:{_W['say_german']}|{_W['say_french']}|{_W['say_spanish']}|{_W['say_russian']})"
_ANY_SAY = f"(?:{_W['say']}|{_OTHER_SAY})"
_ARTICLE = r"(?:any |all |every |each |the |an? |les? |la |l['’]|el |los |las |une? |eine? |die |der |den |das |alle )"
_MACHINE = rf"{_ARTICLE}*{_W['machine']}"
# what may stand before an order at the beginning of a sentence
_LEAD = (
    r"(?:(?:please|now|always|instead|then|also|simply|just|important|note|and|but|bitte|jetzt|stattdessen"
    r"|immer|veuillez"
    r"|maintenant|toujours|por favor|ahora|siempre|пожалуйста|теперь|всегда)[,:!]? +"
    r"|(?:when|whenever|before|while|after|if|wenn|bevor|quand|avant de|cuando|antes de|когда|если)\b[^,.]{0,80}, *)*"
)

_PATTERNS_TEXT = (
    # to forget its task
    rf"\b{_W['forget']}\b(?!\W+(?:its|their|his|her|ses|leurs|sus|seine\w*|свои)\b).{{0,60}}\b{_W['orders']}(?!\w)",
    # to be something, or to be spoken to as what it is
    rf"\b{_W['you']} (?:are|['’]re|bist|es|êtes|eres|sei|é|—)?,? ?(?:now |no longer |jetzt |nun |ab sofort "
    rf"|maintenant |désormais "
    rf"|ahora |really |only )*{_MACHINE}\b",
    rf"\b{_W['you']} (?:are|bist|es|êtes|eres) (?:now|no longer|jetzt|nun|ab sofort|von nun an|maintenant"
    rf"|désormais|à présent|ahora)\b.{{0,60}}"
    r"\b(?:mode|dan|rules?|regeln?|règles?|reglas|limits|restrictions|pirate|character|persona|editor"
    r"|spokes\w+|without|ohne|sans|sin)\b",
    r"\b(?:теперь|отныне|с этого момента) (?:ты|вы)\b|\b(?:ты|вы) (?:теперь|отныне)\b",
    r"\b(?:from now on|henceforth|ab jetzt|von nun an|désormais|dorénavant|a partir de ahora"
    r"|desde ahora),? (?:you\b|answer|respond|reply|always"
    r"|only|bist|antworte|tu\b|vous\b|eres|responde)",
    rf"(?:^|\b(?:please|must|should|now|and) )(?:pretend|imagine) (?:to be|that you|you are)\b"
    rf"|^{_LEAD}act (?:as (?:an? |if you)|like an? )"
    rf"|\brole-?play(?:ing)? (?:as|a)\b|\bactúa como\b",
    # by name
    rf"(?:^|\b(?:dear|attention|note|notice|message|instructions?|hey|hello|hinweis|achtung|nota|aviso"
    rf"|atención|attenzione|внимание|à l['’]attention)\b"
    rf"(?: (?:to|for|an|für|à|aux?|des|du|para|a|per|для))?[\s,:]{{0,3}}){_MACHINE}\b.{{0,80}}?(?:[:!]"
    rf"|\b{_ANY_SAY}\b|\b{_W['must']}\b)",
    rf"\b(?:if|as|wenn|falls|si|если|как|sofern)\b.{{0,12}}\b{_W['you']}\b.{{0,15}}\b{_MACHINE}\b"
    rf"|\bas {_MACHINE},? (?:you|your)\b|\b(?:für|pour|para|для) {_MACHINE}\s*:",
    rf"\b{_MACHINE}\b (?:reading|that reads?|who reads?|processing|summari[sz]ing|liest|lesen|lisant"
    rf"|qui lit|que lea|que lee)\b",
    # to say something
    rf"^{_LEAD}{_W['say']}(?:$|:|,? (?:that|(?<!add )the|this|only|exactly|with|in (?:one|every|capital|the style)"
    rf"|nothing|(?<!write )to (?:the|every|all)|as if|all|every|no|just"
    rf"|instead|people|everyone|readers?|users?|at the end|it is|yes)\b| ?[“\"‘'«])(?! (?:and|of the same) )",
    rf"^{_LEAD}{_OTHER_SAY}\b",
    rf"\b{_W['you']} (?:also |now )?{_W['must']}(?: not| never| always| only| nicht| toujours"
    rf"| siempre)? {_ANY_SAY}\b",
    rf"\b(?:{_W['you']}|{_MACHINE})\b.{{0,40}}?\b{_W['must']}\b.{{0,20}}?\b{_W['say_infinitive']}\b",
    rf"\b(?:instead|stattdessen|plutôt|en cambio|вместо этого|only|а|und|et|y) {_OTHER_SAY}\b"
    rf"|\binstead,? {_W['say']}\b",
    r"\b(?:tell|inform|convince|warn|send|direct|remind|encourage) (?:the|all|every|your) (?:users?"
    r"|readers?)\b|\bthe user['’]s (?:question|query|data|prompt)\b",
    # about what it says
    r"\b(?:when|before|while|after|whenever) (?:you )?(?:summari[sz](?:e|ing)|answer(?:ing)?|reply(?:ing)?"
    r"|respond(?:ing)?|quot(?:e|ing)|cit(?:e|ing)) "
    r"(?:this (?:article|text|page|question)|the (?:article|text|question|user|query)|any|questions?"
    r"|users?)\b|^(?:when|before|while) (?:answering|replying|responding|summari[sz]ing)\b",
    rf"\b{_W['your']} (?:new |real |only |first |next |true )(?:{_W['orders']}|goals?|roles?|objectives?"
    rf"|job|mission|ziel|rolle|but|rôle|objetivo|papel|цель|роль)\b",
    rf"\b{_W['your']} (?:system ?prompt|prompts?|instructions?|guidelines|training data|programming"
    rf"|anweisungen|vorgaben|instruktionen|instructions|consignes|instrucciones"
    rf"|istruzioni|instruções|инструкци\w+|указани\w+|задач\w+|aufgabe|tâche|tarea)\b",
    rf"\b{_W['your']} (?:answer|reply|response|output|summary|antwort|réponse|respuesta|risposta|resposta"
    rf"|ответ\w*)\b.{{0,30}}?\b(?:{_W['must']}|with|ends?|begins?|starts?|is)\b",
    r"\b(?:the system|system|hidden|secret|initial) ?(?:prompts?|instructions?)\b|\bsystemprompt\b"
    r"|\b(?:text|lines?|words|everything) above (?:this|these)\b",
    r"\b(?:correct|right|only|true|best|final)(?: \w+)? (?:response|answer|reply) to (?:any|every|all|each|questions?"
    r"|everything|the user)|\banswer to (?:every|any|all) (?:question|quer)"
    r"|\b(?:every|any|each|jeder|chaque|cada|каждом) (?:answer|reply|response|antwort|réponse|respuesta|ответе)\b",
    # to cite or to link
    r"\b(?:cite|mark|label|quote|reference|zitiere|citez?|cita)\b.{0,30}(?:\bnothing\b|\bno sources?\b"
    r"|\[?\d{1,3}\]|\bpassages? \d|\bsources? \d)",
)

_FORMS_TEXT = (
    # citations and links that are none of the article's own
    r"\[\s*\d{1,3}\s*\]",
    r"!?\[[^\]\n]{0,200}\]\(\s*https?:|\bhttps?://\S*[{<\[]",
    # as if it were the prompt
    r"</?\s*(?:system|assistant|user|human|instructions?|evidence|passages?|prompt|context|admin|tool"
    r"|important)\b[^>]{0,60}>",
    r"\[/?(?:inst|system|assistant|user|admin)\]|<<\s*/?sys\s*>>|<\|[^|\n]{0,40}\|>",
    r"^\s*(?:#+\s*)?(?:system|assistant|developer|admin|human|user|system message|system prompt"
    r"|new instructions?)\s*:",
    r"^\s*#{2,}\s*(?:instruction|system|response|new task)|\b(?:begin|end"
    r"|start) (?:of )?(?:the )?(?:system|admin|hidden)\b"
    r"|\bend of (?:the )?(?:passages?|evidence|context|documents?|prompt)\b",
    # in code
    r"\bbase ?64\b|\brot ?13\b",
)

_PATTERNS = tuple(re.compile(pattern, re.MULTILINE) for pattern in _PATTERNS_TEXT)
_FORMS = tuple(re.compile(pattern, re.MULTILINE) for pattern in _FORMS_TEXT)
"""What may stand in a page and bids nothing by itself, but would be read otherwise within a prompt."""

# what an order to a machine is about, and how much each tells: 2 where news hardly ever has it
_MARKS = {
    name: (re.compile(rf"(?<!\w)(?:{_W[name]})(?!\w)"), weight)
    for name, weight in (
        ("product", 1),
        ("this_text", 1),
        ("sources", 1),
        ("client", 1),
        ("asks_you", 2),
        ("part", 1),
        ("maker", 2),
        ("given", 1),
        ("thou", 1),
        ("serves", 2),
    )
}
_READER = re.compile(
    rf"(?<!\w)(?:{_W['anyone']}|{_W['program']})(?!\w).{{0,40}}(?<!\w){_W['reads']}(?!\w).{{0,30}}(?<!\w){_W['this_text']}(?!\w)"
    rf"|(?<!\w)(?:{_W['anyone']}|{_W['program']})(?!\w).{{0,25}}(?<!\w){_W['this_text']}(?!\w).{{0,25}}(?<!\w){_W['reads']}(?!\w)"
    rf"|(?<!\w){_W['anyone']} sum(?:s|med)? (?:{_W['this_text']}) up\b"
    rf"|(?<!\w)(?:{_W['anyone']}|{_W['machine']})\W.{{0,20}}"
    r"(?:reads? this|reading this|(?:das|dies) liest|lit ceci|lea esto|читающ\w+ это)(?!\w)"
    rf"|(?<!\w)(?:{_W['anyone']}|for|to)\W+(?:\w+\W+)?{_W['program']}\W+{_W['reads']}(?!\w)"
)
_ORDER_ENGLISH = re.compile(rf"(?:^|[;:—–] ?|, ?(?:and |so |then )?|\bonly ){_W['order_english']}(?!\w)")
_ORDER_FIRST = re.compile(rf"(?:^|[:;—–] ?){_W['order']}(?!\w)")
_ORDER_LATER = re.compile(rf"(?:, ?|(?<!\w)(?:und|so|also|et|alors|y|e|и|то|поэтому) ){_W['order']}(?!\w)")
_VOID = re.compile(rf"(?<!\w){_W['void']}(?!\w)")

ENOUGH = 3
"""What the marks of a sentence must come to. Recipes and service news come to 2: they bid, and speak of an answer or of
what is on this page; an order to a machine has a third thing in it, or one that tells for two."""

# what somebody is to say or to believe, and how that is put to them
_SAY = (
    r"(?:say|said|states?|stated|answer|reply|respond|insist|maintain|claim|assert|report|write|repeat|declare|announce"
    r"|tell|told|believe|believed|assume|suppose|accept|treat|treated|taken|regard|regarded|considered|open|begin|start"
    r"|finish|end|name|pretend|affirm|known)"
)
_HELD = r"(?:\bthat\b|\w:|[“\"«„])"
_HAS_TO = (
    r"(?:should|must|shall|ought to|ha(?:s|ve) to|needs? to|(?:is|are) (?:asked |required |advised |best )?to"
    r"|may only|can only|(?:it is|it’s) best to)(?: (?:only|always|never|not|now|also|be|first))*"
)
_ANYBODY = (
    r"(?:^|, ?)(?:whoever|anyone|anybody|everyone|everybody|all|those|any|every|each|if asked|you|readers|it is best"
    r"|one)\b"
)
_BIDDING = re.compile(
    rf"^(?:(?:please|kindly|always|now|and|then|so|only),? )*"
    r"(?:(?!said|told|known|states|stated|ends|names|taken|treated|regarded|considered|believed)"
    rf"{_SAY}\b(?! (?:of|was|is|are|were|by)\b)|let it be|be so kind"
    rf"|make (?:it )?(?:known|clear)|take it|hold|stick to)\b(?!:).{{0,60}}?{_HELD}"
    rf"|{_ANYBODY}.{{0,80}}?\b{_HAS_TO} {_SAY}\b.{{0,60}}?{_HELD}"
    rf"|^you will (?:always |only )?{_SAY}\b.{{0,60}}?{_HELD}"
    r"|^(?:the|this) (?:only|correct|right|true|best)(?: \w+)? (?:answer|reply|response)\b.{0,40}? (?:is|reads)\b"
)
_TOLD = re.compile(
    rf"\b{_HAS_TO} {_SAY}\b.{{0,60}}?{_HELD}"
    r"|\b(?:the|this|a)(?: \w+)? (?:answer|reply|response|words?|sentence|line|phrase|remark|message)(?: \w+){0,6}?"
    rf"(?: (?:is|are|reads|runs)(?: this| as follows)?)? ?{_HELD}"
    r"|\b(?:soll|sollen|muss|müssen|hat zu|haben zu|möge|mögen)\b.{0,40}?\b(?:sagen|behaupten|antworten|schreiben)\b"
    r"|\b(?:doit|doivent|devra|devront) (?:dire|répondre|affirmer|écrire)\b|\bqu(?:e|i) .{0,40}\bdise(?:nt)? que\b"
    r"|\b(?:debe|deben|ha de|han de) (?:decir|responder|afirmar|escribir)\b"
    r"|\b(?:долж\w+|обязан\w*) (?:говорить|сказать|отвечать|ответить|писать)\b"
)
_POINTS_ON = re.compile(
    r":[\s“”\"'»]*$|\b(?:below|following|follows|next|these words|this sentence|these lines|ci-dessous|sous|abajo)\b"
    r"|\bfolgend|\bsuivant|\bsiguiente|следующ"
)
_OF_MACHINES = re.compile(
    rf"(?<!\w)(?:{_W['machine']}|prompts?|instruct\w*|inject\w*|jailbreak\w*|hidden|artificial intelligence"
    r"|this article)(?!\w)"
)

_LINK = re.compile(r"https?://\S+")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_UNSEEN = re.compile("[\u180e\u200b\u2060-\u2064\ufeff]")
_STEERING = re.compile("[\u202d\u202e\U000e0000-\U000e007f]")

MOST_UNSEEN = 3
"""Characters without width that an article may have: pages carry one here and there where a line may break."""


def instructs(article: Article) -> bool:
    """Whether the prose of ``article``, or its outlet, speaks to a machine, or hides what it says.

    Of all else that an article says of itself a model is given nothing but the day.
    """
    prose = (article.text[block.start : block.end] for block in article.prose)
    return any(is_instruction(text) for text in (article.outlet, *prose)) or hides(article)


def hides(article: Article) -> bool:
    """Whether the prose of ``article`` has characters that cannot be seen where none belong."""
    prose = "".join(article.text[span.start : span.end] for span in article.prose)
    return bool(_STEERING.search(prose)) or len(_UNSEEN.findall(prose)) > MOST_UNSEEN


@lru_cache(maxsize=8192)
def is_instruction(paragraph: str) -> bool:
    """Whether a paragraph tells a language model what to do, or holds encoded text or what looks like a prompt."""
    text = _as_read(paragraph)
    if any(_is_encoded(blob) for blob in _BLOB.findall(text)):
        return True
    lines = _lines(text)
    return any(form.search(lines) for form in _FORMS) or _orders(text)


def _orders(text: str) -> bool:
    lines = _lines(text)
    if any(pattern.search(lines) for pattern in _PATTERNS):
        return True
    return any(_directs(one) for one in re.split(r"(?<=[.!?])\s+|\n+", _LINK.sub(" ", _folded(text))))


def _lines(text: str) -> str:
    # what stands at the beginning of a sentence stands at the beginning of a line
    return re.sub(r"(?<=[.!?:;])\s+|\n+|(?<=[“\"«])", "\n", text.lower())


def _directs(sentence: str) -> bool:
    """Whether enough of what makes an order to a machine comes together in a sentence, however it is worded."""
    told = {name for name, (pattern, _) in _MARKS.items() if pattern.search(sentence)}
    weight = sum(_MARKS[name][1] for name in told)
    weight += 2 * bool(_READER.search(sentence))
    weight += bool(_VOID.search(sentence)) and "given" in told
    if _ORDER_FIRST.search(sentence):
        weight += 2
    elif _ORDER_ENGLISH.search(sentence) or _ORDER_LATER.search(sentence):
        weight += 1
    return weight >= ENOUGH


def is_bidden(article: Article, sentence: Span) -> bool:
    """Whether a sentence is an order to a machine or to whoever tells of the article, or what the one before it would
    have them say: no answer, unless orders to machines are what is asked about."""
    if _bids(_words_of(article, sentence)):
        return True
    at = article.sentences.index(sentence) if sentence in article.sentences else 0
    before = _words_of(article, article.sentences[at - 1]) if at else ""
    return bool(_POINTS_ON.search(_folded(before))) and _bids(before)


def is_told(sentence: str) -> bool:
    """Whether a sentence says only what somebody is to say or to believe ("guides must say that"), and no more itself.

    It supports nothing that leaves out whom it bids.
    """
    text = _folded(sentence)
    return bool(_BIDDING.search(text) or _TOLD.search(text))


def is_about_machines(question: str) -> bool:
    """Whether a question asks about machines, or what they are told."""
    return bool(_OF_MACHINES.search(_folded(question)))


@lru_cache(maxsize=8192)
def _bids(sentence: str) -> bool:
    return bool(_BIDDING.search(_folded(sentence))) or _orders(_as_read(sentence))


def _words_of(article: Article, span: Span) -> str:
    return " ".join(article.text[span.start : span.end].split())


def _folded(text: str) -> str:
    return _as_read(text).lower().replace("'", "’")


def _as_read(text: str) -> str:
    """As a model reads it: compatibility forms made plain, without what has no width."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(character for character in normal if unicodedata.category(character) != "Cf")


def _is_encoded(blob: str) -> bool:
    kinds = ["A" if one.isupper() else "a" if one.islower() else "1" for one in blob]
    # words and paths change from one kind to another at their joints alone
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes > len(blob) / 4
