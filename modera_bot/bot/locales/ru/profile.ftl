### Профиль и приглашения друзей.

command-profile = Ваш профиль
button-profile = 👤 Профиль

profile-title =
    <b>{ $name }</b>
    Вы здесь с { DATETIME($since, dateStyle: "long") }
profile-language = Язык: русский
profile-tryons =
    { $made ->
        [0] Примерок пока не было
        [one] { $made } примерка, { $kept ->
            [0] картинок не сохранилось
            [one] сохранена { $kept } картинка
            [few] сохранены { $kept } картинки
           *[many] сохранено { $kept } картинок
        }
        [few] { $made } примерки, { $kept ->
            [0] картинок не сохранилось
            [one] сохранена { $kept } картинка
            [few] сохранены { $kept } картинки
           *[many] сохранено { $kept } картинок
        }
       *[many] { $made } примерок, { $kept ->
            [0] картинок не сохранилось
            [one] сохранена { $kept } картинка
            [few] сохранены { $kept } картинки
           *[many] сохранено { $kept } картинок
        }
    }
profile-photo = Выше — ваше сохранённое фото. С ним можно сразу начать новую примерку.
profile-no-photo = Сохранённого фото нет: здесь появится последнее фото человека, на которого вы что-нибудь примерили.
profile-friends =
    { $count ->
        [one] По вашей ссылке пришёл { $count } друг
        [few] По вашей ссылке пришли { $count } друга
       *[many] По вашей ссылке пришли { $count } друзей
    }
button-profile-use = 👗 Примерить на это фото
button-profile-forget = 🗑 Удалить это фото
button-profile-invite = 💌 Позвать друзей
profile-invitation = Посмотрите, как на вас сидит одежда: нужны всего два фото
alert-profile-forgotten = Фото удалено.

button-last-person = 🧍 Моё прошлое фото

button-result-share = ↗ Поделиться
result-share = Сделано в @{ $bot }. Примерьте на себя что угодно: { $link }
result-share-hint = Это сообщение можно переслать: в нём нет кнопок, зато есть ссылка для друзей.
alert-share-protected = Ваши картинки защищены: переслать их нельзя. Это меняется в /settings.
