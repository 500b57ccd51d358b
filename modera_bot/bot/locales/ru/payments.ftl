### Кредиты: цены, пакеты, чеки. Показываются, только если оплата включена.

pay-credits =
    { $count ->
        [one] { $count } кредит
        [few] { $count } кредита
       *[other] { $count } кредитов
    }

## Перед примеркой или советом

pay-confirm-tryon =
    <b>Примеряем?</b>

    Цена — <b>{ $price }</b>, у вас { $balance }. Если не получится, всё вернётся.
pay-short-tryon =
    <b>Не хватает кредитов</b>

    Примерка стоит { $price }, а у вас { $balance }. Выберите пакет: после оплаты примерка продолжится сама.
button-pay-go-tryon = ✨ Примерить · { $price }
pay-confirm-styling =
    <b>Подобрать стиль?</b>

    Цена — <b>{ $price }</b>, у вас { $balance }. Если не получится, всё вернётся.
pay-short-styling =
    <b>Не хватает кредитов</b>

    Совет стилиста стоит { $price }, а у вас { $balance }. Выберите пакет: после оплаты я начну сам. Фото и пожелания сохранены.
button-pay-go-styling = ✨ Жду совет · { $price }

## Баланс и пакеты

button-balance = 💳 Кредиты
pay-balance =
    <b>У вас { $balance }</b>

    { $tryon ->
        [0] Примерки здесь бесплатные.
        [one] Примерка стоит { $tryon } кредит.
        [few] Примерка стоит { $tryon } кредита.
       *[other] Примерка стоит { $tryon } кредитов.
    } { $styling ->
        [0] Советы стилиста здесь бесплатные.
        [one] Совет стилиста стоит { $styling } кредит.
        [few] Совет стилиста стоит { $styling } кредита.
       *[other] Совет стилиста стоит { $styling } кредитов.
    } За наброски, отказы и сбои ничего не списывается.
pay-held = Отложено на то, что сейчас в работе: { $held }.
pay-debt = За вами долг, { $debt }: платёж вернулся, а кредиты уже были потрачены. Он погасится следующей покупкой.
pay-subscription =
    { $cancelled ->
        [yes] Подписка отменена и действует до { DATETIME($until, dateStyle: "long") }
       *[no] Следующее продление подписки — { DATETIME($until, dateStyle: "long") }
    }
pay-packages =
    <b>Какой пакет?</b>

    Оплата звёздами Telegram ⭐. Кредиты не сгорают. Месячный пакет можно отменить в любой момент.
pay-have-code = Есть промокод? Отправьте его так: <code>/promo КОД</code>
button-pay-buy = Купить
button-pay-history = Платежи
pay-package = { $credits } · { $price }
pay-package-monthly = { $credits } в месяц · { $price }
button-pay-cancel = Отменить подписку
button-pay-resume = Оставить подписку
pay-subscribe-for = Подписаться за { $price } в месяц

## Оплата

pay-invoice-title = { $credits }
pay-invoice-text = Для примерок и подбора стиля в { $bot }.
pay-subscribe =
    <b>{ $credits } каждый месяц</b>

    { $price } в месяц. Telegram продлевает подписку сам, пока вы её не отмените: здесь, в /balance, или в настройках Telegram.
pay-receipt =
    ✅ <b>Оплачено: { $price }</b>

    Зачислено: { $credits }. Теперь у вас { $balance }.
pay-receipt-monthly = Подписка продлевается сама, отменить её можно в любой момент: /balance.
pay-receipt-number = Чек <code>{ $number }</code> · { DATETIME($date, dateStyle: "long") }
pay-granted = 🎁 Вам начислено: { $credits }. Теперь у вас { $balance }.
pay-refunded =
    ↩️ <b>Платёж { $price } возвращён</b>

    Списано: { $credits }. Осталось { $balance }.
pay-not-ours = Этот платёж не относится ни к чему, что здесь продаётся, поэтому звёзды я вернул.
alert-pay-closed = Это предложение уже закрыто. Выберите, пожалуйста, заново: /buy
pay-subscription-cancelled = Отменил. Оплаченное остаётся: подписка действует до { DATETIME($until, dateStyle: "long") }
pay-subscription-resumed = Хорошо, подписка остаётся.

## После примерки или совета

pay-spent = −{ $price } · осталось { $balance }
pay-draft-free = Наброски бесплатны, вернулось: { $credits }.
pay-back = На баланс вернулось: { $credits }.

## История

pay-history-title = <b>Ваши платежи и кредиты</b>
pay-history-empty = Здесь пока пусто.
pay-line = { DATETIME($date, dateStyle: "medium") } · <b>{ $credits }</b> · { $what }
pay-kind-purchase = куплено за { $price }
pay-kind-refund = возврат
pay-kind-grant = подарок
pay-kind-bonus = бонус
pay-kind-tryon = примерка
pay-kind-styling = подбор стиля
pay-kind-recommendations = рекомендации

## Промокоды и кредиты для начала

pay-starter = 🎁 Для начала у вас { $credits }.
pay-promo-how = Отправьте код вместе с командой, вот так: <code>/promo КОД</code>
pay-promo-given = 🎁 Зачислено: { $credits }. Теперь у вас { $balance }.
pay-promo-unknown = Такого кода я не знаю. Нет ли в нём опечатки?
pay-promo-used = Этот код вы уже использовали.
pay-promo-over = Этот код больше не действует.

## Помощь и условия

pay-support =
    <b>Вопрос по оплате?</b>

    Напишите: { $contact }. Назовите номер чека, он есть в /balance → «Платежи». Поддержка самого Telegram с покупками в этом боте не поможет.
pay-support-owner = владелец этого бота
pay-terms =
    <b>Условия продажи</b>

    • Вы покупаете кредиты — цифровой товар, который действует только в этом боте. Они зачисляются сразу и не сгорают.
    • Цена видна до того, как что-то спишется. За сбои, отказы и наброски ничего не списывается.
    • Неиспользованные кредиты вернём по просьбе в течение 14 дней: /paysupport.
    • Подписка продлевается каждый месяц, пока вы не отмените её в /balance.
    • Если вы удалите свои данные, оставшиеся кредиты пропадут.
    • Картинки рисует программа, она может ошибаться; о размере они не говорят.
pay-terms-seller = Продавец: { $seller }
help-credits =
    <b>Кредиты</b>
    /balance — сколько их у вас, и платежи
    /buy — купить ещё
    /paysupport — вопросы по оплате
    /terms — условия продажи
privacy-payments = <b>Платежи.</b> Что и когда вы купили; сами деньги проводит Telegram. Если вы удалите свои данные, в учёте останутся только безымянные цифры.
delete-credits = У вас ещё { $balance }: пропадут и они.
delete-subscription = Подписка будет отменена.

command-balance = Кредиты и платежи
command-buy = Купить кредиты
command-paysupport = Вопросы по оплате
command-terms = Условия продажи
