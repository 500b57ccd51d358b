### The stylist: from one photo and a few wishes to advice.

error-face-unclear = Лицо видно недостаточно хорошо, чтобы различить цвета. Пришлите фото, где оно крупнее, повёрнуто к камере и ничем не закрыто.
error-colour-cast = Свет на этом фото сам цветной или снимок чёрно-белый, и честно определить цвет кожи и волос не получится. Лучше всего дневной свет у окна.
error-backlit = Лицо здесь в тени, и честно определить цвета не получится. Повернитесь к свету: окно должно быть перед вами, а не за спиной.
stage-colours = Смотрю на цвета…
stage-outfits = Подбираю образы…
command-style = Что вам идёт и почему
button-stylist = 🎨 Стилист

stylist-begin =
    <b>Что вам идёт?</b>

    Пришлите одно своё фото при дневном свете: лицо к камере, волосы видны, лицо ничем не закрыто. Я посмотрю на цвета, спрошу, что вам нужно, и подберу образы.
stylist-wanted = Пришлите фото одного человека 🧍 при дневном свете, лицом к камере.
stylist-choose = Нажимайте кнопки выше или просто напишите, чего хочется. Когда будете готовы, нажмите «Жду совет».
stylist-who =
    { $count ->
        [one] На фото { $count } человек. Кому дать совет? Нажмите номер 👇
        [few] На фото { $count } человека. Кому дать совет? Нажмите номер 👇
       *[many] На фото { $count } человек. Кому дать совет? Нажмите номер 👇
    }
stylist-expired = Давно не было сообщений, и я убираю стилиста. Пожелания сохранены; начните снова, когда захотите.
stylist-tell-instead = Или расскажите о себе сами: тогда я дам совет без измерений.
stylist-gone = Этого фото или карточки у меня больше нет. Пришлите фото, и я дам новый совет.

## Wishes

stylist-page-main =
    Фото получено! <b>Для какого случая и какую одежду смотреть?</b>

    Всё остальное — по желанию. Можно и просто написать своими словами, чего хочется.
stylist-page-style = <b>Какие стили вам нравятся и как должны сидеть вещи?</b> Отметьте сколько угодно.
stylist-page-liked = <b>Какие цвета вы любите?</b>
stylist-page-avoided = <b>Каких цветов не предлагать?</b>
stylist-page-budget = <b>Сколько может стоить один образ?</b>
stylist-page-size = <b>Какой размер вы носите?</b>
stylist-page-body =
    <b>Какая у вас фигура, по вашим словам?</b> По фото я о ней не сужу.

    Или напишите мерки в сантиметрах: рост, грудь, талия, бёдра. Например: <code>168 92 74 98</code>
stylist-page-looks = <b>Как вы выглядите?</b> Ваше слово важнее того, что вижу я. Золото или серебро: что освежает лицо?
stylist-measured = Спасибо, мерки записаны. Что-нибудь ещё?
stylist-wish-noted = Пожелание записано. Что-нибудь ещё?

button-stylist-go = ✨ Жду совет
button-stylist-wishes = Мои пожелания
button-stylist-tell = 🙋 Расскажу о себе
button-page-style = 👔 Стиль
button-page-budget = 💶 Бюджет
button-page-liked = 💚 Цвета: да
button-page-avoided = 🚫 Цвета: нет
button-page-size = 📏 Размер
button-page-body = 🧍 Фигура
button-page-looks = 🙋 Кожа, волосы, глаза

button-occasion-everyday = Каждый день
button-occasion-work = На работу
button-occasion-evening = На вечер
button-occasion-travel = В поездку
button-wardrobe-women = Женскую
button-wardrobe-men = Мужскую
button-wardrobe-any = Любую
button-style-classic = Классика
button-style-minimal = Минимализм
button-style-casual = Кэжуал
button-style-romantic = Романтика
button-style-sporty = Спортивный
button-style-bold = Яркий
button-fit-fitted = По фигуре
button-fit-regular = Прямо
button-fit-loose = Свободно
button-hue-black = Чёрный
button-hue-white = Белый
button-hue-grey = Серый
button-hue-beige = Бежевый
button-hue-brown = Коричневый
button-hue-red = Красный
button-hue-pink = Розовый
button-hue-orange = Оранжевый
button-hue-yellow = Жёлтый
button-hue-green = Зелёный
button-hue-blue = Синий
button-hue-purple = Фиолетовый
button-body-hourglass = Песочные часы
button-body-triangle = Шире бёдра
button-body-inverted-triangle = Шире плечи
button-body-rectangle = Прямая
button-body-oval = Округлая
button-skin-light = Кожа светлая
button-skin-medium = средняя
button-skin-deep = тёмная
button-undertone-warm = Золото
button-undertone-neutral = и то и то
button-undertone-cool = Серебро
button-hair-blond = Волосы русые
button-hair-red = рыжие
button-hair-brown = каштановые
button-hair-dark = чёрные
button-hair-grey = седые
button-eyes-brown = Глаза карие
button-eyes-hazel = ореховые
button-eyes-green = зелёные
button-eyes-blue = голубые
button-eyes-grey = серые
button-money-to = до { NUMBER($high) } { $sign }
button-money-between = { NUMBER($low) }–{ NUMBER($high) } { $sign }
button-money-from = от { NUMBER($low) } { $sign }

## The advice

stylist-season-spring = <b>🌷 Весна: тепло и светло</b>
stylist-season-summer = <b>🌊 Лето: прохладно и светло</b>
stylist-season-autumn = <b>🍂 Осень: тепло и глубоко</b>
stylist-season-winter = <b>❄️ Зима: прохладно и глубоко</b>
stylist-also-spring = Рядом и весна: примерьте её цвета тоже.
stylist-also-summer = Рядом и лето: примерьте его цвета тоже.
stylist-also-autumn = Рядом и осень: примерьте её цвета тоже.
stylist-also-winter = Рядом и зима: примерьте её цвета тоже.
stylist-seen = <b>Что я вижу</b>
stylist-not-seen = по этому фото не понять
stylist-told = { $value } (с ваших слов)
stylist-probably = вероятно, { $value }
stylist-trait-skin = Кожа
stylist-trait-undertone = Подтон
stylist-trait-hair = Волосы
stylist-trait-eyes = Глаза
stylist-trait-contrast = Контраст
stylist-value-skin-light = светлая
stylist-value-skin-medium = средняя
stylist-value-skin-deep = тёмная
stylist-value-undertone-warm = тёплый
stylist-value-undertone-neutral = нейтральный
stylist-value-undertone-cool = холодный
stylist-value-hair-blond = русые
stylist-value-hair-red = рыжие
stylist-value-hair-brown = каштановые
stylist-value-hair-dark = чёрные или очень тёмные
stylist-value-hair-grey = седые
stylist-value-eyes-brown = карие
stylist-value-eyes-hazel = ореховые
stylist-value-eyes-green = зелёные
stylist-value-eyes-blue = голубые
stylist-value-eyes-grey = серые
stylist-value-contrast-low = мягкий
stylist-value-contrast-medium = средний
stylist-value-contrast-high = сильный
stylist-best = <b>Лучшее у лица:</b> { $colours }
stylist-weaker = <b>Подальше от лица:</b> { $colours }
stylist-dos = <b>Что вам на руку</b>
stylist-shape = <b>Для вашей фигуры</b>
stylist-donts = <b>Лучше не надо</b>
stylist-unsure = 🙋 Менее уверенно: { $traits }. Уточните в «Других пожеланиях», и совет станет точнее.
stylist-why = Что не понравилось? Следующий совет это учтёт.
stylist-why-words = Нажмите на причину или напишите своими словами.
stylist-complaint-noted = Спасибо, записано. Дать совет ещё раз?

button-stylist-outfit = Образ { $number }
button-stylist-save = 💾 В профиль
button-stylist-file = 📎 Файлом
button-stylist-tryon = 👕 Примерить вещь
button-stylist-redo = 🔁 Другие пожелания
button-stylist-again = 🔁 Ещё один совет
button-why-colours = Цвета
button-why-too-bold = Слишком ярко
button-why-too-plain = Слишком просто
button-why-not-me = Не мой стиль
button-why-price = Слишком дорого
alert-profile-saved = Сохранено в ваш профиль.
alert-praised = Спасибо, приятно слышать!
