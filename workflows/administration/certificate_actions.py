"""Certificates of organisations: imported from what an authority handed over, or issued by the practice county's own
authority; taken out of use. Nothing is deleted, and no key or password ever stands on the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from audit.personal_numbers import mask_numbers
from registry.models import Organisation
from registry.roles import Role
from signatures.certificates import Identity, demo_identity, demo_root, read_certificate, read_key
from signatures.models import DemoAuthority, Seal, SealCertificate
from workflows.core.actions import Move, register
from workflows.core.refusals import Refusal
from workflows.core.registry_actions import RegistryAction

from . import rules
from .row_action import RowAction


def kept(identity: Identity, organisation: Organisation, *, valid_from: date, demo: bool) -> SealCertificate:
    """The certificate as a row of the organisation."""
    certificate: SealCertificate = SealCertificate.objects.create(
        organisation=organisation,
        subject=identity.subject,
        issuer=identity.issuer,
        serial=identity.serial,
        fingerprint=identity.fingerprint,
        certificates_pem=identity.certificates_pem,
        key_pem=identity.key_pem,
        not_before=identity.certificate.not_valid_before_utc,
        not_after=identity.certificate.not_valid_after_utc,
        demo=demo,
        valid_from=valid_from,
    )
    return certificate


def names_it(identity: Identity, organisation: Organisation) -> bool:
    """Whether the certificate says that it is this organisation's."""
    text = identity.certificate.subject.rfc4514_string()
    return any(name in text for name in (organisation.seal_name, organisation.full_name))


@register
class RegisterCertificate(RegistryAction):
    """An organisation's certificate from a PKCS#12 file; from then on its sealed PDFs are signed with it."""

    code = "registry.register_certificate"
    label = "导入证书"
    told = "导入单位数字证书"
    roles = (Role.SYSTEM_ADMINISTRATOR,)
    system_may = False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        organisation: Organisation = move.data["organisation"]
        identity: Identity = move.data["identity"]
        if organisation.county_id != move.county.pk:
            return [Refusal("elsewhere", "请选择本县的单位。")]
        found: list[Refusal] = []
        if SealCertificate.objects.filter(fingerprint=identity.fingerprint).exists():
            found.append(Refusal("imported", "不用再导入：这份证书已经登记过。", anchor="file"))
        standing = SealCertificate.objects.filter(organisation=organisation).in_use(move.data["valid_from"]).first()
        if standing is not None:
            found.append(
                Refusal(
                    "certificate_in_use",
                    f"请先登记“{standing.subject}”的停用日期：同一单位同一天只用一份证书。",
                    rules.SEAL_RULE,
                    "valid_from",
                )
            )
        if move.data["valid_from"] < move.on:
            found.append(Refusal("in_the_past", "启用日期请不早于今天：以前盖的章不补签。", anchor="valid_from"))
        if not names_it(identity, organisation) and not move.data.get("reason"):
            found.append(
                Refusal(
                    "another_name",
                    f"证书上写的是“{identity.subject}”，不是{organisation.seal_name}。"
                    "确是本单位证书的，请写明原因；拿错了的，请换本单位的证书。",
                    rules.SEAL_RULE,
                    "reason",
                )
            )
        return found

    def make(self, move: Move) -> SealCertificate:
        organisation: Organisation = move.data["organisation"]
        certificate = kept(
            move.data["identity"], organisation, valid_from=move.data["valid_from"], demo=move.county.demo
        )
        note(move, certificate)
        move.reason = str(move.data.get("reason") or "")
        return certificate


@register
class RetireCertificate(RowAction):
    """The last day on which the certificate signs; what it signed stays signed."""

    code = "registry.retire_certificate"
    label = "停用证书"
    told = "登记单位数字证书停用日期"
    acts_on = (SealCertificate,)
    model = SealCertificate
    system_may = False

    def rules(self, move: Move) -> Iterable[Refusal]:
        certificate: SealCertificate = move.subject
        last_day: date = move.data["valid_to"]
        if certificate.valid_to is not None and certificate.valid_to < move.on:
            day = rules.chinese(certificate.valid_to)
            return [Refusal("retired", f"这份证书已于{day}停用，不能再改。", anchor="valid_to")]
        if last_day < certificate.valid_from:
            day = rules.chinese(certificate.valid_from)
            return [Refusal("before_it_began", f"停用日期请不早于启用日期{day}。", anchor="valid_to")]
        return ()

    def make(self, move: Move) -> SealCertificate:
        certificate: SealCertificate = move.subject
        certificate.valid_to = move.data["valid_to"]
        certificate.save(update_fields=["valid_to"])
        note(move, certificate)
        move.reason = str(move.data["reason"])
        move.details["valid_to"] = move.data["valid_to"].isoformat()
        return certificate


@register
class IssueDemoCertificates(RegistryAction):
    """The practice county's own authority gives a certificate to every organisation that has a seal and none yet."""

    code = "registry.issue_demo_certificates"
    label = "颁发演示证书"
    told = "颁发演示证书"

    def may(self, move: Move) -> bool:
        return False

    def refusals(self, move: Move) -> Iterable[Refusal]:
        if not move.county.demo:
            return [Refusal("not_a_demo", "演示证书只在演示县颁发；真实单位请导入认证机构颁发的证书。")]
        if not lacking(move.county.pk):
            return [Refusal("nothing", "每个有印章的单位都已有证书。")]
        return ()

    def make(self, move: Move) -> DemoAuthority:
        authority = DemoAuthority.objects.filter(county=move.county).first()
        if authority is None:
            root = demo_root(move.county.name, move.at)
            authority = DemoAuthority.objects.create(
                county=move.county, certificate_pem=root.certificates_pem, key_pem=root.key_pem
            )
        root = Identity(read_certificate(authority.certificate_pem), read_key(authority.key_pem))
        seals = lacking(move.county.pk)
        for seal in seals:
            identity = demo_identity(root, seal.organisation.seal_name, move.at)
            kept(identity, seal.organisation, valid_from=seal.valid_from, demo=True)
        move.details["certificates"] = len(seals)
        move.details["root"] = root.fingerprint
        return authority


def lacking(county_id: int) -> list[Seal]:
    """A seal in use of each organisation that has no certificate."""
    having = SealCertificate.objects.filter(valid_to__isnull=True).values("organisation")
    seals = Seal.objects.filter(organisation__county=county_id, valid_to__isnull=True).exclude(organisation__in=having)
    return list({seal.organisation_id: seal for seal in seals.select_related("organisation")}.values())


def note(move: Move, certificate: SealCertificate) -> None:
    """What the trail says of a certificate: whose, which, until when; never its key."""
    move.organisations = [certificate.organisation]
    move.details["certificate"] = mask_numbers(certificate.subject)
    move.details["issuer"] = mask_numbers(certificate.issuer)
    move.details["fingerprint"] = certificate.fingerprint
    move.details["not_after"] = timezone.localtime(certificate.not_after).date().isoformat()
    move.details["valid_from"] = certificate.valid_from.isoformat()
