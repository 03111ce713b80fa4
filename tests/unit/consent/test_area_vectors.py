"""Area codes and the places they may stand for: each state's codes with every clock behind them (A3).

Source: the numbering plan's area codes by state, as listed by libphonenumber 9.0.43 with mixed codes corrected by hand; read
2026-11-23. A code of several zones keeps all of them, for a rule about hours takes the strictest.
"""

import pytest

from consent.regions import candidate_zones as zones_of_country
from core.phone import PhoneNumber
from core.places import _area_codes, candidate_zones, region_of
from tests.proofs import proves

ZONES = {
    "E": "America/New_York",
    "C": "America/Chicago",
    "M": "America/Denver",
    "P": "America/Los_Angeles",
}
#: state, its codes, and the zones its people may live in
AREAS = [
    ("AK", "907", "America/Anchorage America/Adak"),
    ("AL", "205 251 256 334 659 938", "C"),
    ("AR", "327 479 501 870", "C"),
    ("AZ", "480 520 602 623", "America/Phoenix"),
    ("AZ", "928", "America/Phoenix M"),
    ("CA", "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650", "P"),
    ("CA", "657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951", "P"),
    ("CO", "303 719 720 748 970 983", "M"),
    ("CT", "203 475 860 959", "E"),
    ("DC", "202 771", "E"),
    ("DE", "302", "E"),
    ("FL", "239 305 321 324 352 386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954", "E"),
    ("FL", "850 448", "E C"),
    ("GA", "229 404 470 478 678 706 762 770 912 943", "E"),
    ("HI", "808", "Pacific/Honolulu"),
    ("IA", "319 515 563 641 712", "C"),
    ("ID", "208 986", "America/Boise P"),
    ("IL", "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872", "C"),
    ("IN", "260 317 463 765", "E"),
    ("IN", "219 574 812 930", "E C"),
    ("KS", "316 913", "C"),
    ("KS", "620 785", "C M"),
    ("KY", "502 859", "E"),
    ("KY", "270 364 606", "E C"),
    ("LA", "225 318 337 504 985", "C"),
    ("MA", "339 351 413 508 617 774 781 857 978", "E"),
    ("MD", "227 240 301 410 443 667", "E"),
    ("ME", "207", "E"),
    ("MI", "231 248 269 313 517 586 616 734 810 947 989", "E"),
    ("MI", "906", "E C"),
    ("MN", "218 320 507 612 651 763 952", "C"),
    ("MO", "235 314 417 557 573 636 660 816 975", "C"),
    ("MS", "228 601 662 769", "C"),
    ("MT", "406", "M"),
    ("NC", "252 336 472 704 743 828 910 919 980 984", "E"),
    ("ND", "701", "C M"),
    ("NE", "402 531", "C"),
    ("NE", "308", "C M"),
    ("NH", "603", "E"),
    ("NJ", "201 551 609 640 732 848 856 862 908 973", "E"),
    ("NM", "505 575", "M"),
    ("NV", "702 725", "P"),
    ("NV", "775", "P M"),
    ("NY", "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934", "E"),
    ("OH", "216 220 234 283 326 330 380 419 440 513 567 614 740 937", "E"),
    ("OK", "405 539 572 580 918", "C"),
    ("OR", "503 971", "P"),
    ("OR", "541 458", "P M"),
    ("PA", "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878", "E"),
    ("RI", "401", "E"),
    ("SC", "803 821 839 843 854 864", "E"),
    ("SD", "605", "C M"),
    ("TN", "615 629 731 901", "C"),
    ("TN", "423 931", "E C"),
    ("TN", "865", "E"),
    (
        "TX",
        "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979",
        "C",
    ),
    ("TX", "915", "M"),
    ("UT", "385 435 801", "M"),
    ("VA", "276 434 540 571 686 703 757 804 826 948", "E"),
    ("VT", "802", "E"),
    ("WA", "206 253 360 425 509 564", "P"),
    ("WI", "262 274 353 414 534 608 715 920", "C"),
    ("WV", "304 681", "E"),
    ("WY", "307", "M"),
]
#: codes that are announced and not in use yet, and codes that tell no place
UNPLACED = (
    "483",
    "837",
    "357",
    "861",
    "457",
    "679",
    "924",
    "471",
    "624",
    "465",
    "436",
    "621",
    "800",
    "833",
    "844",
    "855",
    "866",
    "877",
    "888",
    "500",
    "900",
)


@proves("C18")
@pytest.mark.parametrize(
    ("state", "codes", "zones"), [pytest.param(*row, id=f"A3-{row[0]}-{row[1][:3]}") for row in AREAS]
)
def test_an_area_code_stands_for_its_state_and_every_clock_behind_it(state, codes, zones):
    wanted = {ZONES.get(zone, zone) for zone in zones.split()}

    for code in codes.split():
        region, found = _area_codes()[code]
        assert region == f"US-{state}", code
        assert wanted <= set(found), code


@pytest.mark.parametrize("code", ["219", "850", "270", "423", "689"])
def test_codes_that_the_library_misplaces_keep_every_zone_they_may_mean(code):
    state, zones = _area_codes()[code]

    assert "America/New_York" in zones
    assert ("America/Chicago" in zones) is (code != "689"), state


@proves("C18")
@pytest.mark.parametrize("code", UNPLACED)
def test_an_area_code_that_tells_no_place_has_every_clock_and_every_limit_of_the_country(code):
    number = PhoneNumber(f"+1{code}5550123", "US", "fixed_or_mobile", 1)

    assert region_of(number) == "US"
    assert {
        "Pacific/Honolulu",
        "America/Adak",
        "America/Anchorage",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Denver",
        "America/Chicago",
        "America/New_York",
    } <= set(candidate_zones(number))
    assert set(candidate_zones(number)) <= set(zones_of_country("US"))
