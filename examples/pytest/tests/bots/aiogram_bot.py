"""A bot with aiogram, as its documentation writes one: nothing in it knows of a test."""

import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command, CommandStart
from aiogram.types import BufferedInputFile, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

dp = Dispatcher()


@dp.message(CommandStart())
async def start(message: Message) -> None:
    await message.answer(f"Hello, {message.from_user.full_name}!")


@dp.message(Command("menu"))
async def menu(message: Message) -> None:
    button = InlineKeyboardButton(text="Like", callback_data="like")
    await message.answer("Well?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@dp.callback_query(F.data == "like")
async def like(query: CallbackQuery) -> None:
    await query.answer("Thanks!")
    await query.message.edit_text("You like it.")


@dp.message(Command("photo"))
async def photo(message: Message) -> None:
    await message.answer_photo(BufferedInputFile(b"a picture", "photo.jpg"), caption="Here")


@dp.message(F.photo)
async def size(message: Message, bot: Bot) -> None:
    await message.answer(f"{len((await bot.download(message.photo[-1])).read())} bytes")


@dp.message(Command("crash"))
async def crash(message: Message) -> None:
    raise RuntimeError("as told")


@dp.message(F.text, ~F.text.startswith("/"))
async def echo(message: Message) -> None:
    await message.answer(message.text)


async def main() -> None:
    bot = Bot(os.environ.get("BOT_TOKEN", "7:secret"))
    await bot.delete_webhook(drop_pending_updates=True)
    await dp.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
