# ruff: noqa: E501 (files are shown as the offices write them)
"""A made-up town of six households with the files its offices write, for docs/index.md. Nobody in it exists."""

from datetime import date
from pathlib import Path
from typing import Final

import yaml

MONDAY: Final = date(2026, 4, 6)
SIGNERS: Final = {"審査員 甲": "11" * 32, "審査員 乙": "22" * 32}
HANAKO: Final = "000000000000101"
HIDDEN: Final = ("000000000000201", "000000000000301")
"""Who did not consent, and who is protected."""

_RESIDENTS = """宛名番号,履歴番号,世帯番号,続柄,氏名,氏名フリガナ,生年月日,住民状態,異動年月日,異動事由,町字コード,町字,番地,方書,行政区
000000000000101,1,000000000000001,世帯主,見本 花子,ミホン ハナコ,昭和58年5月3日,現存,2019-04-01,転入,0001001,見本町一丁目,2番3号,コーポ見本201,北区
000000000000102,1,000000000000001,子,見本 太郎,ミホン タロウ,平成27年9月12日,現存,2019-04-01,転入,0001001,見本町一丁目,2番3号,コーポ見本201,北区
000000000000201,1,000000000000002,世帯主,見本 一郎,ミホン イチロウ,昭和45年1月20日,現存,2001-06-01,転入,0001001,見本町一丁目,4番1号,,北区
000000000000301,1,000000000000003,世帯主,見本 桜,ミホン サクラ,平成2年3月3日,現存,2024-10-01,転入,0001001,見本町一丁目,7番5号,,北区
000000000000401,1,000000000000004,世帯主,見本 次郎,ミホン ジロウ,昭和38年11月8日,現存,1998-04-01,転入,0001001,見本町一丁目,9番2号,,北区
000000000000501,1,000000000000005,世帯主,見本 梅,ミホン ウメ,昭和20年2月2日,現存,1980-04-01,転入,0001001,見本町一丁目,12番6号,,北区
000000000000601,1,000000000000006,世帯主,見本 健,ミホン ケン,平成5年7月7日,現存,2022-04-01,転入,0001001,見本町一丁目,15番1号,,北区
"""
_WHOLE = "tax|insurance|water,early_outreach|model_training|model_evaluation|contact,consent"
_CONSENTS = f"""同意番号,宛名番号,対象情報,目的,根拠,取得日,様式版,取得方法,連絡方法,避けてほしい連絡
D-0001,000000000000101,{_WHOLE},2025-12-10,v2,窓口,訪問,平日の午前
D-0002,000000000000301,{_WHOLE},2025-12-10,v2,窓口,,
D-0003,000000000000401,{_WHOLE},2025-12-11,v2,窓口,訪問,
D-0004,000000000000501,{_WHOLE},2025-12-11,v2,窓口,訪問,
D-0005,000000000000601,{_WHOLE},2025-12-12,v2,窓口,訪問,
"""
_PROTECTED = """宛名番号,申出番号,履歴番号,最新フラグ,支援措置区分,措置区分,開始年月日,終了年月日,削除フラグ,解除確認日
000000000000301,,1,1,DV,1,20251001,20260930,0,
"""
_BILL = "税目,相当年度,通知書番号,期別,宛名番号,徴収方法,納期限,調定額,収納額,収入日,督促発布日"
_BILLS = f"""{_BILL}
国民健康保険料,2025,25300000012,07,000000000000101,普通徴収,令和8年1月5日,21000,0,,令和8年1月23日
国民健康保険料,2025,25300000012,08,000000000000101,普通徴収,令和8年2月2日,21000,0,,令和8年2月20日
国民健康保険料,2025,25300000020,08,000000000000201,普通徴収,令和8年2月2日,18000,0,,令和8年2月20日
国民健康保険料,2025,25300000031,08,000000000000301,普通徴収,令和8年2月2日,19000,0,,令和8年2月20日
"""
_PAID = f"""{_BILL}
国民健康保険料,2025,25300000012,07,000000000000101,普通徴収,令和8年1月5日,21000,21000,令和8年3月27日,令和8年1月23日
"""
_WATER = """お客様番号,水栓番号,使用者名,使用者カナ,使用場所,方書,契約区分,区分,処理日,使用水量,未納額
0012345,M001,見本 花子,ミホン ハナコ,見本町1丁目2-3,コーポ見本 201号,個人,停止予告,2026-03-17,,9800
"""
_TEAMS = "班,担当区,週訪問数,人数\n北部班,北区,3,2\n"

FILES: Final = {
    "residents/2026-01-05/jumin_full_20260105.csv": (_RESIDENTS, "utf-8"),
    "consents/2026-01-05/doui_delta_20260105.csv": (_CONSENTS, "utf-8"),
    "teams/2026-01-05/taisei_full_20260105.csv": (_TEAMS, "utf-8"),
    "protected_persons/2026-01-05/shien_full_20260105.csv": (_PROTECTED, "cp932"),
    "insurance_bills/2026-02-24/hoken_delta_20260224.csv": (_BILLS, "cp932"),
    "water_notices/2026-03-18/suido_delta_20260318.csv": (_WATER, "utf-8"),
    "insurance_bills/2026-04-02/hoken_delta_20260402.csv": (_PAID, "cp932"),
    "protected_persons/2026-04-06/shien_full_20260406.csv": (_PROTECTED, "cp932"),
}
"""Path below inbox/ → text and encoding, as the offices put them."""


def build(home: Path) -> None:
    """Write settings, key and inbox of the town into `home` and beside it."""
    from models.signatures import public_key

    home.mkdir(parents=True)
    home.with_name(f"{home.name}.key").write_text("5a" * 32)
    signers = []
    for name, seed in SIGNERS.items():
        key = public_key(bytes.fromhex(seed))
        signers.append({"name": name, "role": "倫理審査員", "public_key": key, "valid_until": date(2027, 3, 31)})
    settings = {
        "municipality": "見本町(架空)",
        "demonstration": True,
        "key_file": f"../{home.name}.key",
        "signers": signers,
    }
    (home / "settings.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    for path, (text, encoding) in FILES.items():
        file = home / "inbox" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode(encoding))
