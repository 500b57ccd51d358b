/** What the page itself says, in English and Russian; the language is that of the person writing. */

const TEXTS = {
  en: {
    standIn: "This is a local stand-in, not Telegram.",
    people: "You write as",
    addPerson: "Add a person",
    personHint: "Everyone has a private chat with the bot, as with different phones.",
    name: "Name",
    language: "Language",
    theme: "Light or dark",
    add: "Add",
    more: "More",
    reply: "Reply",
    copyText: "Copy the text",
    deleteMessage: "Delete",
    beside: "A second person beside",
    secondPerson: "Boris",
    network: "Network",
    "network-good": "Good network",
    "network-slow": "Slow network",
    "network-flaky": "Flaky network",
    menu: "Menu",
    commands: "Commands of the bot",
    message: "Message",
    attach: "Attach",
    samples: "Sample pictures",
    samplePeople: "Sample people",
    sampleGarments: "Sample garments",
    photos: "Photos",
    file: "File",
    sticker: "Sticker",
    voice: "Voice message",
    location: "Location",
    send: "Send",
    sending: "Sending",
    pictures_one: "Send {n} picture",
    pictures_few: "Send {n} pictures",
    pictures_many: "Send {n} pictures",
    pictures_other: "Send {n} pictures",
    files_one: "Send {n} file",
    files_few: "Send {n} files",
    files_many: "Send {n} files",
    files_other: "Send {n} files",
    sendAs: "Send as",
    asPhoto: "Photo",
    asFile: "File",
    photoHint: "Photos are recompressed, as in the real apps.",
    fileHint: "Files arrive byte for byte.",
    caption: "Caption",
    addMore: "Add more",
    cancel: "Cancel",
    remove: "Remove",
    ok: "OK",
    close: "Close",
    download: "Download",
    previous: "Previous",
    next: "Next",
    photo: "Photo",
    conversation: "Conversation",
    toBottom: "To the newest message",
    drop: "Drop pictures here to send them",
    start: "START",
    unblock: "UNBLOCK",
    block: "Block the bot",
    unblockBot: "Unblock the bot",
    whatCanItDo: "What can this bot do?",
    noDescription: "Press Start to begin.",
    bot: "bot",
    offline: "The sandbox does not answer. Reconnecting…",
    silent: "The bot is not listening. Is it running? Your messages wait for it.",
    notListening: "not listening",
    typing: "typing",
    upload_photo: "sending photo",
    upload_document: "sending file",
    choose_sticker: "choosing a sticker",
    find_location: "finding a place",
    record_voice: "recording voice",
    upload_voice: "sending voice",
    thinking: "Thinking…",
    sent: "Sent",
    heard: "Received by the bot",
    today: "Today",
    yesterday: "Yesterday",
    showSpoiler: "Show hidden content",
    copied: "Copied",
    notHere: "The sandbox has no such button.",
    tooMany: "Ten at a time at most.",
    failed: "That did not work: {reason}",
    refused_IMAGE_PROCESS_FAILED: "That is not a picture that can be sent as a photo. Sent as a file, it reaches the bot as it is.",
    refused_PHOTO_INVALID_DIMENSIONS: "Too narrow to be sent as a photo. Sent as a file, it reaches the bot as it is.",
    you: "You",
    nothingYet: "No messages yet",
    firstPerson: "Anna",
    pay: "Pay ⭐ {n}",
    payOnce: "{n} Stars. In the sandbox nobody pays real money.",
    payMonthly: "{n} Stars each month. In the sandbox nobody pays real money.",
    payTimeout: "The bot did not answer in time; nothing was paid.",
    invoice: "Invoice",
    payment: "Payment",
    paidStars: "You paid ⭐ {n}",
    refundedStars: "⭐ {n} came back to you",
    refund: "Refund",
    nextMonth: "Next month",
    cancelMonthly: "Cancel in Telegram",
    bytes: "{n} B",
    kilobytes: "{n} KB",
    megabytes: "{n} MB",
  },
  ru: {
    standIn: "Это локальный эмулятор, а не Telegram.",
    people: "Вы пишете как",
    addPerson: "Добавить человека",
    personHint: "У каждого свой личный чат с ботом, как с разных телефонов.",
    name: "Имя",
    language: "Язык",
    theme: "Светлая или тёмная",
    add: "Добавить",
    more: "Ещё",
    reply: "Ответить",
    copyText: "Скопировать текст",
    deleteMessage: "Удалить",
    beside: "Второй человек рядом",
    secondPerson: "Борис",
    network: "Сеть",
    "network-good": "Хорошая сеть",
    "network-slow": "Медленная сеть",
    "network-flaky": "Сеть с перебоями",
    menu: "Меню",
    commands: "Команды бота",
    message: "Сообщение",
    attach: "Прикрепить",
    samples: "Примеры фотографий",
    samplePeople: "Примеры: люди",
    sampleGarments: "Примеры: одежда",
    photos: "Фотографии",
    file: "Файл",
    sticker: "Стикер",
    voice: "Голосовое сообщение",
    location: "Геопозиция",
    send: "Отправить",
    sending: "Отправка",
    pictures_one: "Отправить {n} снимок",
    pictures_few: "Отправить {n} снимка",
    pictures_many: "Отправить {n} снимков",
    pictures_other: "Отправить {n} снимка",
    files_one: "Отправить {n} файл",
    files_few: "Отправить {n} файла",
    files_many: "Отправить {n} файлов",
    files_other: "Отправить {n} файла",
    sendAs: "Отправить как",
    asPhoto: "Фото",
    asFile: "Файл",
    photoHint: "Фото сжимаются, как в настоящих приложениях.",
    fileHint: "Файлы доходят байт в байт.",
    caption: "Подпись",
    addMore: "Добавить ещё",
    cancel: "Отмена",
    remove: "Убрать",
    ok: "ОК",
    close: "Закрыть",
    download: "Скачать",
    previous: "Предыдущее",
    next: "Следующее",
    photo: "Фото",
    conversation: "Переписка",
    toBottom: "К последнему сообщению",
    drop: "Перетащите снимки сюда, чтобы отправить",
    start: "НАЧАТЬ",
    unblock: "РАЗБЛОКИРОВАТЬ",
    block: "Заблокировать бота",
    unblockBot: "Разблокировать бота",
    whatCanItDo: "Что умеет этот бот?",
    noDescription: "Нажмите «Начать».",
    bot: "бот",
    offline: "Песочница не отвечает. Подключаемся снова…",
    silent: "Бот не слушает. Он запущен? Ваши сообщения его дождутся.",
    notListening: "не слушает",
    typing: "печатает",
    upload_photo: "отправляет фото",
    upload_document: "отправляет файл",
    choose_sticker: "выбирает стикер",
    find_location: "ищет место",
    record_voice: "записывает голосовое",
    upload_voice: "отправляет голосовое",
    thinking: "Думает…",
    sent: "Отправлено",
    heard: "Бот получил",
    today: "Сегодня",
    yesterday: "Вчера",
    showSpoiler: "Показать скрытое",
    copied: "Скопировано",
    notHere: "В песочнице такой кнопки нет.",
    tooMany: "Не больше десяти за раз.",
    failed: "Не получилось: {reason}",
    refused_IMAGE_PROCESS_FAILED: "Фото из этого не выйдет: картинка не открывается. Отправьте файлом — бот получит её как есть.",
    refused_PHOTO_INVALID_DIMENSIONS: "Для фото картинка слишком узкая. Отправьте файлом — бот получит её как есть.",
    you: "Вы",
    nothingYet: "Пока нет сообщений",
    firstPerson: "Анна",
    pay: "Заплатить ⭐ {n}",
    payOnce: "Звёзд: {n}. В эмуляторе деньги ненастоящие.",
    payMonthly: "Звёзд: {n} каждый месяц. В эмуляторе деньги ненастоящие.",
    payTimeout: "Бот не успел ответить; ничего не списано.",
    invoice: "Счёт",
    payment: "Платёж",
    paidStars: "Вы заплатили ⭐ {n}",
    refundedStars: "Вам вернулось ⭐ {n}",
    refund: "Вернуть",
    nextMonth: "Следующий месяц",
    cancelMonthly: "Отменить в Telegram",
    bytes: "{n} Б",
    kilobytes: "{n} КБ",
    megabytes: "{n} МБ",
  },
};

let language = "en";

/** The language of the page that a language code means; English for those it has not. */
export function spoken(code) {
  const [base] = (code || "").split("-");
  return base in TEXTS ? base : "en";
}

export const currentLanguage = () => language;

/** A text of the page; `{name}` is filled in from `values`. */
export function t(key, values = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whether there is such a text. */
export const has = (key) => key in TEXTS[language];

/** A text in the plural form that `n` needs. */
export function plural(key, n) {
  return t(`${key}_${new Intl.PluralRules(language).select(n)}`, { n });
}

/** Speak another language: everything in the page marked with data-text, -label or -placeholder. */
export function translate(code) {
  language = spoken(code);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = t(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
    if (element.matches("button, a")) element.title = t(element.dataset.label);
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = t(element.dataset.placeholder);
  }
}

/** `14:05`, in the person's own time. */
export function clock(seconds) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .format(seconds * 1000);
}

/** `Today`, `Yesterday` or the date. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return t("today");
  if (date.toDateString() === yesterday.toDateString()) return t("yesterday");
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year }).format(date);
}

/** `340 KB`. */
export function fileSize(bytes) {
  const [key, value] = bytes < 1000 ? ["bytes", bytes]
    : bytes < 1e6 ? ["kilobytes", Math.round(bytes / 1000)]
      : ["megabytes", (bytes / 1e6).toLocaleString(language, { maximumFractionDigits: 1 })];
  return t(key, { n: value });
}
