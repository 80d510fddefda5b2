"""What all tables share: one list of them, names of constraints by one convention, and the type of a row's number."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# an integer primary key is SQLite's own row id; under any other type name it would be a second index
ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
