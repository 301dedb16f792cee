"""A bot with pyTelegramBotAPI, as its documentation writes one: nothing in it knows of a test."""

import os

import telebot
from telebot.types import InlineKeyboardButton, InlineKeyboardMarkup

bot = telebot.TeleBot(os.environ.get("BOT_TOKEN", "7:secret"))


@bot.message_handler(commands=["start"])
def start(message):
    bot.send_message(message.chat.id, f"Hello, {message.from_user.full_name}!")


@bot.message_handler(commands=["menu"])
def menu(message):
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Like", callback_data="like")]])
    bot.send_message(message.chat.id, "Well?", reply_markup=markup)


@bot.callback_query_handler(func=lambda query: query.data == "like")
def like(query):
    bot.answer_callback_query(query.id, "Thanks!")
    bot.edit_message_text("You like it.", query.message.chat.id, query.message.message_id)


@bot.message_handler(commands=["photo"])
def photo(message):
    bot.send_photo(message.chat.id, b"a picture", caption="Here")


@bot.message_handler(content_types=["photo"])
def size(message):
    content = bot.download_file(bot.get_file(message.photo[-1].file_id).file_path)
    bot.send_message(message.chat.id, f"{len(content)} bytes")


@bot.message_handler(func=lambda message: not message.text.startswith("/"))
def echo(message):
    bot.send_message(message.chat.id, message.text)


if __name__ == "__main__":
    bot.infinity_polling()
