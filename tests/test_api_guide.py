"""The calls that the guide to the API shows do what it says."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from customers.models import Customer, Order
from products.models import Product
from segrec_site.keys import create_key

GUIDE = Path(__file__).parent.parent / "docs/api.md"


@pytest.mark.django_db(transaction=True)
def test_every_call_in_the_guide_succeeds(live_server, tmp_path):
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S))
    keys = {"KEY": create_key("page", "storefront")[1], "SECRET": create_key("crm", "crm")[1]}
    known = os.environ | keys | {"SITE": live_server.url, "CURL_HOME": str(tmp_path)}

    done = subprocess.run(
        ["bash", "-e", "-c", script], env=known, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert Product.objects.get(external_id="mug/blue").deleted_at
    assert Order.objects.get().customer == Customer.objects.get(external_id="ada")
