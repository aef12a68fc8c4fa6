"""Logins: who may come in. A login opens nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from audit.personal_numbers import mask_numbers
from registry.models import User
from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.refusals import Refusal, Refused
from workflows.core.registry_actions import RegistryAction

from .row_action import RowAction


def set_first_password(user: User, password: str) -> None:
    """A password somebody else chose: good enough to begin with, and replaced at the first login."""
    refuse_weak(password, user)
    user.set_password(password)
    user.must_change_password = True


def refuse_weak(password: str, user: User | None = None) -> None:
    """Raises Refused with everything that is wrong with a password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused([Refusal("password", message, anchor="password") for message in error.messages]) from error


@register
class RegisterUser(RegistryAction):
    """A person gets a login; without an appointment it opens nothing."""

    code = "registry.register_user"
    label = "登记用户"
    told = "登记用户"
    roles = (Role.SYSTEM_ADMINISTRATOR,)

    def refusals(self, move: Move) -> Iterable[Refusal]:
        username = User.normalize_username(move.data["username"])
        if User.objects.filter(username=username).exists():
            return [Refusal("username_taken", f"请换一个用户名：“{username}”已经有人用了。", anchor="username")]
        return ()

    def make(self, move: Move) -> User:
        data = dict(move.data)
        password = data.pop("password", None)
        user = User(username=User.normalize_username(data.pop("username")), county=move.county, **data)
        if password is None or move.actor.is_system:
            # A loader's people: no login until a password is set, or a demo's public one.
            user.set_password(password)
        else:
            set_first_password(user, password)
        user.save()
        move.details["user"] = mask_numbers(user.name)
        return user


class UserAction(RowAction):
    acts_on = (User,)
    model = User

    def make(self, move: Move) -> User:
        user: User = move.subject
        move.details["user"] = mask_numbers(user.name)
        move.reason = move.data.get("reason", "")
        self.change(move, user)
        user.save()
        return user

    def change(self, move: Move, user: User) -> None:
        raise NotImplementedError


@register
class ResetPassword(UserAction):
    """A forgotten password: a new first one. Whoever is logged in with the old one is out."""

    code = "registry.reset_password"
    label = "重设密码"
    told = "重设初始密码"

    def rules(self, move: Move) -> Iterable[Refusal]:
        if move.actor.user is not None and move.subject.pk == move.actor.user.pk:
            return [Refusal("own_password", "您自己的密码请在“修改密码”里改。", anchor="password")]
        return ()

    def change(self, move: Move, user: User) -> None:
        set_first_password(user, move.data["password"])


@register
class CorrectName(UserAction):
    """A slip in a name; papers already signed keep what stands on them."""

    code = "registry.correct_name"
    label = "改姓名"
    told = "更正用户姓名"

    def rules(self, move: Move) -> Iterable[Refusal]:
        if move.data["name"] == move.subject.name:
            return [Refusal("same_name", "请先改姓名：现在填的和原来一样。", anchor="name")]
        return ()

    def change(self, move: Move, user: User) -> None:
        user.name = move.data["name"]
        move.details["renamed_to"] = mask_numbers(user.name)


@register
class CloseLogin(UserAction):
    """Nobody comes in with it any more, from this moment; appointments stand until they are ended."""

    code = "registry.close_login"
    label = "停用登录"
    told = "停用登录"

    def rules(self, move: Move) -> Iterable[Refusal]:
        if move.actor.user is not None and move.subject.pk == move.actor.user.pk:
            return [Refusal("own_login", "请由另一位系统管理员办理：不能停用自己的登录。")]
        if not move.subject.is_active:
            return [Refusal("closed", "这个账号已经停用，不用再办。")]
        return ()

    def change(self, move: Move, user: User) -> None:
        user.is_active = False


@register
class ReopenLogin(UserAction):
    code = "registry.reopen_login"
    label = "恢复登录"
    told = "恢复登录"

    def rules(self, move: Move) -> Iterable[Refusal]:
        if move.subject.is_active:
            return [Refusal("open", "这个账号可以登录，不用恢复。")]
        return ()

    def change(self, move: Move, user: User) -> None:
        user.is_active = True
