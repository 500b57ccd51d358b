### What stands on the card, and the names of what is shown.

season-spring = Весна
season-summer = Лето
season-autumn = Осень
season-winter = Зима
season-spring-tone = тепло · светло · чисто
season-summer-tone = прохладно · светло · мягко
season-autumn-tone = тепло · глубоко · насыщенно
season-winter-tone = прохладно · глубоко · чисто

card-eyebrow = ВАШИ ЦВЕТА
card-sure = { $level ->
    [high] Почти наверняка
    [middle] Вероятно, насколько видно на фото
   *[low] Первое предположение: расскажите о себе
}
card-also = { $season ->
    [spring] близко к весне
    [summer] близко к лету
    [autumn] близко к осени
   *[winter] близко к зиме
}
card-best = Лучшее у лица
card-weaker = Подальше от лица
card-outfits = Три образа
card-footer = Составлено программой по одному фото. Это совет, решаете вы.
