"""A bot with pyTelegramBotAPI's AsyncTeleBot: nothing in it knows of a test."""

import asyncio
import os

from telebot.async_telebot import AsyncTeleBot
from telebot.types import InlineKeyboardButton, InlineKeyboardMarkup

bot = AsyncTeleBot(os.environ.get("BOT_TOKEN", "7:secret"))


@bot.message_handler(commands=["start"])
async def start(message):
    await bot.send_message(message.chat.id, f"Hello, {message.from_user.full_name}!")


@bot.message_handler(commands=["menu"])
async def menu(message):
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Like", callback_data="like")]])
    await bot.send_message(message.chat.id, "Well?", reply_markup=markup)


@bot.callback_query_handler(func=lambda query: query.data == "like")
async def like(query):
    await bot.answer_callback_query(query.id, "Thanks!")
    await bot.edit_message_text("You like it.", query.message.chat.id, query.message.message_id)


@bot.message_handler(commands=["photo"])
async def photo(message):
    await bot.send_photo(message.chat.id, b"a picture", caption="Here")


@bot.message_handler(content_types=["photo"])
async def size(message):
    content = await bot.download_file((await bot.get_file(message.photo[-1].file_id)).file_path)
    await bot.send_message(message.chat.id, f"{len(content)} bytes")


@bot.message_handler(func=lambda message: not message.text.startswith("/"))
async def echo(message):
    await bot.send_message(message.chat.id, message.text)


if __name__ == "__main__":
    asyncio.run(bot.polling())
