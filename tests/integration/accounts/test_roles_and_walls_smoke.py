def test_smoke(acme, rival):
    client = acme.client("viewer")
    answer = client.get("/team/")
    print(answer.status_code, answer.content[:3000])
    answer = acme.client("owner").get("/team/")
    print(answer.status_code)
    assert 0
